// <subscription-widget> enhances the server's own forms. Its attributes have no power: it asks its `src`, a form's
// `action` and `data-live` and a link's `href`, all on this site. No dependency, no build step.
(() => {
  "use strict";
  const ASK = { headers: { Accept: "text/html;fragment=1" }, credentials: "include" };
  const WISH = /^(plan|users|zoom_licenses)$/;
  const VALUE = /^[A-Za-z0-9_-]{1,40}$/;
  const KEPT = "widget";
  const plain = (event) => !(event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);

  class SubscriptionWidget extends HTMLElement {
    connectedCallback() {
      // This may run before the children are parsed: listen on the host, look at nothing yet.
      if (this.listening) return;
      this.listening = new AbortController();
      const { signal } = this.listening;
      const on = (target, type, act, capture) => target?.addEventListener(type, act, { signal, capture });
      on(this, "input", (event) => this.changed(event));
      on(this, "submit", (event) => this.submitted(event));
      on(this, "click", (event) => this.followed(event));
      on(document, "click", (event) => this.carry(event), true);
      on(window, "popstate", (event) => this.travelled(event));
      on(window, "pagehide", () => this.isPersonal && this.querySelector(".sw").replaceChildren());
      on(window, "pageshow", (event) => event.persisted && this.again());
      // Who tells of a link to the same page depends on theme and browser.
      const proposals = () => this.prefill();
      on(window, "hashchange", proposals);
      on(window.navigation, "currententrychange", proposals);
      this.theme = window.location$?.subscribe(proposals);
      this.hash = location.hash;
      if (document.readyState === "loading") on(document, "DOMContentLoaded", () => this.start());
      else this.start();
    }

    disconnectedCallback() {
      this.listening?.abort();
      this.listening = undefined;
      this.theme?.unsubscribe();
    }

    get source() { return this.getAttribute("src"); }
    get form() { return this.querySelector(".sw-form"); }

    // What came along from the other language or sign-in, else what this entry of the history had.
    async start() {
      const kept = (this.form && this.taken()) || history.state || {};
      const at = kept.widget?.replace(/\/widget\/\w+/, `/widget/${this.lang}`);
      // The cookie says only that asking is worth it; the session is out of a script's reach.
      if (this.source && (at || /(?:^|; )signed_in=1/.test(document.cookie))) await this.load(at ?? this.source);
      this.prefill();
      if (kept.form) this.fill(kept.form);
    }

    again() {
      if (this.isPersonal) this.load(this.at ?? this.source);
      else if (!this.source) location.reload();
    }

    // From the query or `#change=plan:premium,users:12`: fills the form, never submits it.
    proposed() {
      const found = new Map(new URLSearchParams(location.search));
      let hash = "";
      try { hash = /^#change=(.*)$/.exec(decodeURIComponent(location.hash))?.[1] ?? ""; } catch { /* no text */ }
      for (const part of hash.split(",")) found.set(...part.split(":").concat("").slice(0, 2));
      return [...found].filter(([name, value]) => WISH.test(name) && VALUE.test(value));
    }

    // Each proposal fills once: what is typed afterwards stays, whatever becomes of the address.
    prefill() {
      if (!this.form?.dataset.live) return;
      const before = this.proposals ?? [];
      const found = this.proposed();
      this.proposals = found.map(String);
      const values = found.filter((each) => !before.includes(String(each)));
      if (!values.length) return;
      const note = this.querySelector(".sw-proposed");
      if (note) note.hidden = false;
      this.fill(values);
    }

    typed() {
      const form = this.form;
      return form && this.touched && [...new FormData(form)].filter(([name]) => !form.querySelector(`[type=hidden][name=${name}]`));
    }

    fill(values) {
      this.touched = true;
      for (const [name, value] of values) {
        for (const field of this.form?.elements ?? []) {
          if (field.name !== name || field.type === "hidden") continue;
          if (field.type !== "radio" && field.type !== "checkbox") field.value = value;
          else if (field.value === value) field.checked = true;
        }
      }
      this.calculate();
    }

    async load(address, focus) {
      this.isPersonal = true;
      if (address !== this.source) this.touched = false;
      try {
        const answer = await fetch(address, ASK);
        if (answer.status === 404 && address !== this.source) return this.load(this.source, focus);
        if (answer.status >= 500) throw new Error(String(answer.status));
        const html = await answer.text();
        // What was typed meanwhile stays.
        const typed = this.typed();
        this.at = address === this.source ? undefined : address;
        this.proposals = undefined;
        this.swap(html, focus);
        this.prefill();
        if (typed) this.fill(typed);
        return true;
      } catch {
        return this.down();
      }
    }

    changed(event) {
      if (!this.form?.contains(event.target)) return;
      this.touched = true;
      this.note();
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.calculate(), event.target.type === "radio" ? 0 : 120);
    }

    // Back, Forward and a reload find again what was typed.
    note() {
      history.replaceState({ ...history.state, widget: this.at, form: this.typed() }, "");
    }

    async calculate() {
      const form = this.form;
      if (!form?.dataset.live) return;
      this.pending?.abort();
      const mine = (this.pending = new AbortController());
      this.setAttribute("aria-busy", "true");
      try {
        const query = new URLSearchParams(new FormData(form));
        const answer = await fetch(`${form.dataset.live}?${query}`, { ...ASK, signal: mine.signal });
        const html = await answer.text();
        if (mine !== this.pending) return; // a stale answer is never painted
        if (answer.status >= 500) throw new Error(String(answer.status));
        const panel = form.querySelector(".sw-panel");
        panel.innerHTML = html;
        panel.classList.remove("sw-stale");
        this.say(panel.querySelector("[data-say]")?.dataset.say ?? "", true);
      } catch (error) {
        if (error.name !== "AbortError") this.down();
      } finally {
        if (mine === this.pending) this.removeAttribute("aria-busy");
      }
    }

    say(text, hidden) {
      const status = this.querySelector("[role=status]");
      if (!status) return;
      clearTimeout(this.speaking);
      status.classList.toggle("sw-hidden", hidden);
      this.speaking = setTimeout(() => { status.textContent = text; }, hidden ? 700 : 0);
    }

    down() {
      this.querySelector(".sw-panel")?.classList.add("sw-stale");
      this.say(this.querySelector("[role=status]")?.dataset.down ?? "", false);
      return false;
    }

    // Back and Forward walk through the steps; a link to a section stays at its step.
    async travelled({ state }) {
      const moved = location.hash !== this.hash;
      this.hash = location.hash;
      if (!this.source) return;
      if (!state && moved) this.note();
      else if (state?.widget !== this.at) {
        if (await this.load(state?.widget ?? this.at.replace(/\/[^/]*$/, ""))) this.at = state?.widget;
        if (state?.form) this.fill(state.form);
      }
    }

    push(at) {
      this.at = at;
      this.hash = location.hash;
      history.pushState({ widget: at }, "");
    }

    async followed(event) {
      const link = event.target.closest("a");
      if (!link || !plain(event)) return;
      if (link.hasAttribute("data-swap") && this.source) {
        event.preventDefault();
        const address = link.getAttribute("href");
        if (await this.load(address, true)) this.push(address);
      } else if (link.hash && link.pathname === location.pathname) {
        link.search = location.search; // a section of this page
      }
    }

    async submitted(event) {
      const form = event.target;
      if (form === this.checked) return;
      event.preventDefault();
      if (this.sending) return;
      this.sending = true;
      try {
        // A post that leaves the page first asks whether anybody answers: what was typed would be gone.
        if (form.hasAttribute("data-whole") || !this.source) {
          if (!(await fetch(new URL("/widget/health", form.action), { cache: "no-store" })).ok) throw new Error("health");
          this.checked = form;
          form.requestSubmit(event.submitter);
          this.checked = undefined;
          return;
        }
        const body = new URLSearchParams(new FormData(form, event.submitter));
        const answer = await fetch(form.action, { ...ASK, method: "POST", body });
        if (answer.status >= 500 || answer.status === 404) throw new Error(String(answer.status));
        if (answer.status === 401) this.keep(); // signed out meanwhile
        const html = await answer.text();
        if (answer.redirected) {
          this.note();
          this.push(answer.url.replace(location.origin, ""));
          this.touched = false;
        }
        this.isPersonal = true;
        this.swap(html, true);
      } catch {
        this.down();
      } finally {
        this.sending = false;
      }
    }

    swap(html, focus) {
      this.querySelector(".sw").outerHTML = html;
      this.say("", true);
      const target = this.querySelector(".sw-summary") ?? this.querySelector(".sw-heading");
      if (focus) target?.focus();
    }

    // The half-filled form moves to the other language and through sign-in, and is forgotten on arrival.
    carry(event) {
      const link = event.target.closest?.("a[data-language], a[data-signin]");
      if (!link || !plain(event)) return;
      if (link.hasAttribute("data-signin") && this.source) {
        link.search = `?next=${encodeURIComponent(location.pathname + location.search + location.hash)}`;
      }
      if (this.at || this.touched) this.keep();
    }

    keep() {
      try {
        sessionStorage.setItem(KEPT, JSON.stringify({ widget: this.at, form: this.typed() }));
      } catch { /* no storage: it begins anew */ }
    }

    taken() {
      try {
        const kept = JSON.parse(sessionStorage.getItem(KEPT));
        sessionStorage.removeItem(KEPT);
        return kept;
      } catch { /* nothing came along */ }
    }
  }
  customElements.define("subscription-widget", SubscriptionWidget);
})();
