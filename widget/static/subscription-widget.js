// <subscription-widget>: enhances the server's own forms. Its attributes have no power: the only addresses used are
// its `src` and a form's `action` and `data-live`, all on this site. No dependency, no build step.
(() => {
  "use strict";
  const FRAGMENT = { Accept: "text/html;fragment=1" };
  const WISH = /^(plan|users|zoom_licenses)$/;
  const VALUE = /^[A-Za-z0-9_-]{1,40}$/;

  class SubscriptionWidget extends HTMLElement {
    connectedCallback() {
      // With an async script this runs before the children are parsed: listen on the host, look at nothing yet.
      if (this.listening) return;
      this.listening = true;
      this.addEventListener("input", (event) => this.changed(event, event.target.type === "radio" ? 0 : 120));
      this.addEventListener("submit", (event) => this.submitted(event));
      this.proposals = () => this.prefill();
      addEventListener("hashchange", this.proposals);
      this.travelled = (event) => this.travel(event.state?.widget);
      addEventListener("popstate", this.travelled);
      const whole = () => { this.prefill(); this.personal(); };
      document.readyState === "loading" ? addEventListener("DOMContentLoaded", whole, { once: true }) : whole();
      this.hide = () => { if (this.isPersonal) this.replaceChildren(); };
      this.show = (event) => { if (event.persisted && this.isPersonal) this.load(this.at ?? this.getAttribute("src")); };
      addEventListener("pagehide", this.hide);
      addEventListener("pageshow", this.show);
      this.carry = (event) => this.carryOver(event);
      document.addEventListener("click", this.carry, true);
    }

    disconnectedCallback() {
      removeEventListener("hashchange", this.proposals);
      removeEventListener("popstate", this.travelled);
      removeEventListener("pagehide", this.hide);
      removeEventListener("pageshow", this.show);
      document.removeEventListener("click", this.carry, true);
      this.listening = false;
    }

    get form() { return this.querySelector("form[data-live]"); }

    // Proposed values, from the query or from `#change=plan:premium,users:12`. They fill the form and never submit it.
    proposed() {
      const found = new Map();
      for (const [name, value] of new URLSearchParams(location.search)) found.set(name, value);
      const hash = /^#change=(.*)$/.exec(decodeURIComponent(location.hash));
      for (const part of hash ? hash[1].split(",") : []) found.set(...part.split(":").concat("").slice(0, 2));
      return [...found].filter(([name, value]) => WISH.test(name) && VALUE.test(value));
    }

    prefill() {
      const values = this.proposed();
      if (!values.length || !this.form) return;
      const note = this.querySelector(".sw-proposed");
      if (note) note.hidden = false;
      this.fill(values);
    }

    fill(values) {
      for (const [name, value] of values) {
        const fields = this.form?.elements.namedItem(name);
        if (fields) fields.value = value;
      }
      this.calculate();
    }

    // Signed in: the marker cookie says only that asking is worth it; the session itself is out of a script's reach.
    personal() {
      const source = this.getAttribute("src");
      if (source && /(?:^|; )signed_in=1/.test(document.cookie)) this.load(source);
    }

    async load(address) {
      this.isPersonal = true;
      if (address !== this.getAttribute("src")) this.touched = false;
      try {
        const answer = await fetch(address, { headers: FRAGMENT, credentials: "same-origin" });
        const html = await answer.text();
        // What was typed while the answer was on its way stays typed.
        const typed = this.touched && this.form ? [...new FormData(this.form)].filter(([name]) => WISH.test(name)) : [];
        this.swap(html, false);
        this.prefill();
        if (typed.length) this.fill(typed);
      } catch { this.down(); }
    }

    changed(event, wait) {
      if (!this.form?.contains(event.target)) return;
      this.touched = true;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.calculate(), wait);
    }

    async calculate() {
      const form = this.form;
      if (!form) return;
      this.pending?.abort();
      const mine = (this.pending = new AbortController());
      this.setAttribute("aria-busy", "true");
      try {
        const query = new URLSearchParams(new FormData(form));
        const answer = await fetch(`${form.dataset.live}?${query}`, { headers: FRAGMENT, signal: mine.signal });
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

    // Back and Forward walk through the steps taken inside the article.
    travel(step) {
      if (step) this.load((this.at = step));
      else if (this.at) { this.at = undefined; this.load(this.getAttribute("src")); }
      else this.prefill();
    }

    down() {
      this.querySelector(".sw-panel")?.classList.add("sw-stale");
      this.say(this.querySelector("[role=status]")?.dataset.down ?? "", false);
    }

    async submitted(event) {
      const form = event.target;
      // An order is a full form post; so is every step on the widget's own pages, where each has its own address.
      if (form.hasAttribute("data-whole") || !this.hasAttribute("src")) return;
      event.preventDefault();
      try {
        const body = new URLSearchParams(new FormData(form, event.submitter));
        const answer = await fetch(form.action, { method: "POST", headers: FRAGMENT, body, credentials: "same-origin" });
        if (answer.status >= 500) throw new Error(String(answer.status));
        const html = await answer.text();
        const at = new URL(answer.url).pathname;
        if (answer.redirected) history.pushState({ widget: at }, "");
        this.at = at;
        this.swap(html, true);
      } catch {
        this.down();
      }
    }

    swap(html, focus) {
      this.innerHTML = html;
      const target = this.querySelector(".sw-summary") ?? this.querySelector(".sw-heading");
      if (focus) target?.focus();
    }

    // The switch of language takes the half-filled form along, in the hash: nothing of it reaches a server.
    carryOver(event) {
      const link = event.target.closest?.("a[data-language]");
      if (!link || !this.form) return;
      const data = new FormData(this.form);
      const parts = ["plan", "users", "zoom_licenses"].filter((name) => VALUE.test(data.get(name) ?? ""));
      if (this.touched) {
        link.hash = "change=" + parts.map((name) => `${name}:${data.get(name)}`).join(",");
      }
    }
  }
  customElements.define("subscription-widget", SubscriptionWidget);
})();
