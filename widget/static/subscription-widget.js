// Enhances the server's own forms (decisions/0003).
(() => {
  "use strict";
  const ASK = { headers: { Accept: "text/html;fragment=1" }, credentials: "include" };
  const WISH = /^(plan|users|zoom_licenses)$/;
  const VALUE = /^[A-Za-z0-9_-]{1,40}$/;
  const plain = (event) => !(event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  // Instant navigation writes over `history.state`: a memory of our own comes first.
  const entries = new Map();
  const entry = () => window.navigation?.currentEntry.key ?? {};
  const noted = () => entries.get(entry()) ?? history.state ?? {};
  entries.set(entry(), history.state);

  class SubscriptionWidget extends HTMLElement {
    connectedCallback() {
      if (this.listening) return;
      this.listening = new AbortController();
      const { signal } = this.listening;
      const on = (target, type, act, capture) => target?.addEventListener(type, act, { signal, capture });
      on(this, "input", (event) => this.changed(event));
      on(this, "submit", (event) => this.submitted(event));
      on(this, "click", (event) => this.followed(event));
      on(this, "toggle", () => this.show(), true);
      on(document, "click", (event) => this.carry(event), true);
      on(window, "popstate", () => this.travelled());
      on(window, "pagehide", () => this.isPersonal && this.querySelector(".sw").replaceChildren());
      on(window, "pageshow", (event) => event.persisted && this.again());
      on(window, "hashchange", () => this.prefill());
      on(window.navigation, "currententrychange", () => this.prefill());
      this.path = location.pathname;
      this.hash = location.hash;
      // The children may not be parsed yet.
      const ready = () => {
        on(window.location$ && window, "beforeunload", () => this.note()); // the theme's script is there
        this.start();
      };
      if (document.readyState === "loading") on(document, "DOMContentLoaded", ready);
      else ready();
    }

    disconnectedCallback() {
      this.listening = this.listening?.abort();
    }

    get source() { return this.getAttribute("src"); }
    get form() { return this.querySelector(".sw-form"); }

    async start() {
      const early = this.form && this.edits()[0];
      this.touched = early || this.querySelector(".sw-summary");
      const kept = (this.form && this.taken()) || noted();
      const at = kept.widget?.replace(/\/widget\/\w+/, `/widget/${this.lang}`);
      const asks = this.source && (at || document.cookie.includes("signed_in=1"));
      if (asks && !(await this.load(at ?? this.source)) && at) return this.keep(kept);
      this.prefill();
      if (kept.form) this.fill(kept.form);
      else if (early) this.calculate();
    }

    again() {
      if (this.isPersonal) this.load(this.at ?? this.source);
      else if (!this.source) location.reload();
    }

    proposed() {
      const found = new Map(new URLSearchParams(this.source && location.search));
      let hash = "";
      try { hash = /^#change=(.*)$/.exec(decodeURIComponent(location.hash))?.[1] ?? ""; } catch { /* no text */ }
      for (const part of hash.split(",")) found.set(...part.split(":").concat("").slice(0, 2));
      return [...found].filter(([name, value]) => WISH.test(name) && VALUE.test(value));
    }

    // Each proposal fills once: what is typed afterwards stays.
    prefill() {
      if (!this.form?.dataset.live) return;
      const before = this.proposals ?? [];
      const found = this.proposed();
      this.proposals = found.map(String);
      const values = found.filter((each) => !before.includes(String(each)));
      if (!values.length) return;
      const note = this.querySelector(".sw-proposed");
      if (note) note.hidden = false;
      if (values.some(([name, value]) => this.form.elements[name].value !== value)) this.fill(values);
    }

    typed() {
      const form = this.form;
      return form && this.touched && [...new FormData(form)].filter(([name]) => name !== "token");
    }

    // What differs from what the server wrote.
    edits() {
      return [...this.form.elements]
        .filter((field) => (field.checked ? !field.defaultChecked : field.value !== (field.defaultValue ?? field.value)))
        .map(({ name, value }) => [name, value]);
    }

    show() {
      for (const each of this.querySelectorAll("noscript")) each.outerHTML = each.textContent;
    }

    fill(values) {
      this.show();
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

    async ask(kind, address, options) {
      this[kind]?.abort();
      const { signal } = (this[kind] = new AbortController());
      this.setAttribute("aria-busy", "true");
      try {
        const answer = await fetch(address, { ...ASK, ...options, signal });
        const html = await answer.text();
        if (answer.status >= 500) throw new Error();
        return { answer, html };
      } catch {
        if (!signal.aborted) this.down();
      } finally {
        if (!signal.aborted) this.removeAttribute("aria-busy");
      }
    }

    async load(address, focus) {
      this.isPersonal = true;
      if (address !== this.source) this.touched = false;
      const { answer, html } = (await this.ask("step", address)) ?? {};
      if (!answer) return;
      if (answer.status === 404 && address !== this.source) return this.load(this.source, focus);
      // What is typed meanwhile stays; the example goes.
      const typed = this.form && this.touched && this.edits();
      this.at = address === this.source ? undefined : address;
      this.proposals = undefined;
      this.swap(html, focus);
      this.prefill();
      if (typed) this.fill(typed);
      return true;
    }

    changed(event) {
      if (!this.form?.contains(event.target)) return;
      this.touched = true;
      this.note();
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.calculate(), event.target.type === "radio" ? 0 : 120);
    }

    note() {
      const now = { widget: this.at, form: this.typed() };
      entries.set(entry(), now);
      history.replaceState({ ...history.state, ...now }, "");
    }

    async calculate() {
      const form = this.form;
      if (!form?.dataset.live) return;
      const found = await this.ask("live", `${form.dataset.live}?${new URLSearchParams(new FormData(form))}`);
      if (!found) return;
      const panel = form.querySelector(".sw-panel");
      this.querySelector(".sw-summary")?.remove();
      panel.innerHTML = found.html;
      panel.classList.remove("sw-stale");
      for (const error of form.querySelectorAll(".sw-error")) {
        const text = panel.querySelector(`[href="#${error.id.slice(0, -6)}"]`)?.textContent ?? "";
        error.textContent = text;
        const field = error.nextElementSibling;
        if (field.name) field.ariaInvalid = text ? "true" : null;
      }
      this.say(panel.querySelector("[data-say]")?.dataset.say ?? "", true);
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
    }

    // A section is no step.
    async travelled() {
      const moved = location.hash !== this.hash;
      this.hash = location.hash;
      if (!this.source || location.pathname !== this.path) return;
      const kept = noted();
      if (moved && !("widget" in kept)) this.note();
      else if (kept.widget !== this.at && (await this.load(kept.widget ?? this.at.replace(/\/[^/]*$/, "")))) {
        this.at = kept.widget;
        if (kept.form) this.fill(kept.form);
        this.travelled();
      }
    }

    push(at) {
      this.at = at;
      this.touched = false;
      history.pushState(null, "");
      this.hash = location.hash;
      this.note();
    }

    async followed(event) {
      const link = event.target.closest("a");
      if (!link || !plain(event)) return;
      if (link.hasAttribute("data-swap") && this.source) {
        event.preventDefault();
        const address = link.getAttribute("href");
        this.note();
        if (await this.load(address, true)) this.push(address);
      } else if (link.hash && link.pathname === location.pathname) {
        link.search = location.search;
      }
    }

    async submitted(event) {
      const form = event.target;
      if (form === this.checked) return;
      event.preventDefault();
      if (this.sending) return;
      this.sending = true;
      try {
        // Does anybody answer, before what was typed is left?
        if (form.hasAttribute("data-whole") || !this.source) {
          if (!(await fetch(new URL("/widget/health", form.action), { cache: "no-store" })).ok) throw new Error();
          this.checked = form;
          if (form.comment) this.keep();
          form.requestSubmit(event.submitter);
          this.checked = undefined;
          return;
        }
        const body = new URLSearchParams(new FormData(form, event.submitter));
        this.touched = true;
        this.note();
        const { answer, html } = (await this.ask("step", form.action, { method: "POST", body })) ?? {};
        if (!answer) return;
        if (answer.status === 404) return this.down();
        if (answer.status === 401) this.keep();
        if (answer.redirected) this.push(answer.url.replace(location.origin, ""));
        this.isPersonal = true;
        this.swap(html, true);
        this.note();
      } catch {
        this.down();
      } finally {
        this.sending = false;
      }
    }

    swap(html, focus) {
      clearTimeout(this.timer);
      this.live?.abort();
      this.querySelector(".sw").outerHTML = html;
      this.say("", true);
      const target = this.querySelector(".sw-summary") ?? this.querySelector(".sw-heading");
      if (focus) target?.focus();
    }

    carry(event) {
      const link = event.target.closest?.("a[data-language], a[data-signin]");
      if (!link || !plain(event)) return;
      if (link.hasAttribute("data-signin") && this.source) {
        link.search = `?next=${encodeURIComponent(location.pathname + location.search + location.hash)}`;
      }
      if (this.at || this.touched) this.keep();
    }

    keep(what = { widget: this.at, form: this.typed() }) {
      try {
        sessionStorage.widget = JSON.stringify(what);
      } catch { /* no storage */ }
    }

    taken() {
      try {
        const kept = JSON.parse(sessionStorage.widget);
        delete sessionStorage.widget;
        return kept;
      } catch { /* nothing */ }
    }
  }
  customElements.define("subscription-widget", SubscriptionWidget);
})();
