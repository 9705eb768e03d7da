// The help centre's own small script: the language switcher, the menu, the palette, the table of contents and, at first
// use, the search.
(() => {
  "use strict";
  // Material asks for a sitemap below each alternate link and hijacks ordinary links with it: crawlers have read them.
  const quiet = () => document.querySelectorAll("head link[rel=alternate][hreflang]").forEach((link) => link.remove());

  // The switcher keeps the place and the query, and the choice is remembered. The widget may have set a hash of its own.
  const remember = (event) => {
    const link = event.target.closest("a[data-language]");
    if (!link) return;
    const https = location.protocol === "https:";
    document.cookie = `${https ? "__Secure-" : ""}language=${link.dataset.language}; Path=/; Max-Age=31536000; SameSite=Lax${https ? "; Secure" : ""}`;
    if (!link.hash) link.hash = location.hash;
    link.search = location.search;
    event.stopPropagation(); // instant navigation, where it is on, would leave the header in the old language
  };

  // The theme's menu is opened by a label, which no key reaches: ours is a button.
  const drawer = () => document.getElementById("__drawer");
  const menu = (event) => event.target.closest(".hc-menu") && drawer().click();
  const keys = (event) => {
    if (event.key === "Escape" && drawer()) drawer().checked = false;
    if (event.key === "Enter" && event.target.matches("label.md-nav__link")) event.target.click();
  };

  // The palette: the script below the header has set it before the first paint; here it is switched and kept.
  const dark = () => document.body.dataset.mdColorScheme === "slate";
  const palette = (event) => {
    const button = document.querySelector(".hc-palette");
    if (!button) return;
    if (event) {
      document.body.dataset.mdColorScheme = dark() ? "default" : "slate";
      localStorage.setItem("scheme", document.body.dataset.mdColorScheme);
    }
    button.setAttribute("aria-label", dark() ? button.dataset.light : button.dataset.dark);
  };

  // The table of contents follows the reading.
  const follow = () => {
    const links = [...document.querySelectorAll(".md-nav--secondary a[href^='#']")];
    const heads = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
    const mark = () => {
      const past = heads.findLastIndex((head) => head && head.getBoundingClientRect().top < 100);
      links.forEach((link, index) => link.classList.toggle("md-nav__link--active", index === past));
    };
    if (links.length) addEventListener("scroll", mark, { passive: true });
  };

  const search = () => {
    const form = document.querySelector(".hc-search");
    if (!form) return;
    let started;
    let works = false;
    const start = async () => {
      started ??= import("/assets/search.js").then((module) => module.start(form));
      await started;
      works = true;
    };
    form.addEventListener("focusin", start, { once: true });
    // Until the search answers, the form leads to the list of all articles, as without JavaScript.
    form.addEventListener("submit", (event) => works && event.preventDefault());
    const asked = new URLSearchParams(location.search).get("q");
    if (asked) {
      form.elements.q.value = asked;
      start();
    }
  };

  // The lasting link of an article or section opens "Copy for a ticket"; without it, or without JavaScript, it leads there.
  const ticket = (event) => {
    const link = event.target.closest(".headerlink, .hc-ticket");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    import("/assets/ticket.js").then((module) => module.open(link)).catch(() => location.assign(link.href));
  };

  // What a script sends leaves out the button that was clicked, and so the answer: it goes along as a field.
  const plainly = (form, button) => {
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: button?.name, value: button?.value });
    if (button?.name) form.append(field);
    form.submit();
  };

  // "Was this article helpful?": without the script, or the service, the form is an ordinary one.
  const feedback = (event) => {
    if (!event.target.matches("form.hc-feedback")) return;
    event.preventDefault();
    import("/assets/feedback.js").then((module) => module.start(event.target, event.submitter)).catch(() => plainly(event.target, event.submitter));
  };

  // Who is signed in reads their own figures instead of the example's. The place is kept for them: nothing moves.
  const yours = async () => {
    const box = document.querySelector("[data-yours]");
    if (!box || !document.cookie.includes("signed_in=")) return;
    const answer = await fetch(box.dataset.yours, { headers: { Accept: "application/json" } });
    if (answer.status !== 200) return;
    const own = await answer.json();
    box.firstElementChild.textContent = own.lead;
    box.lastElementChild.textContent = own.text;
  };

  const ready = () => {
    yours().catch(() => {}); // without the service, the example stands
    quiet();
    search();
    palette();
    follow();
  };
  document.addEventListener("click", remember, true);
  document.addEventListener("click", menu);
  document.addEventListener("click", ticket);
  document.addEventListener("submit", feedback);
  document.addEventListener("click", (event) => event.target.closest(".hc-palette") && palette(event));
  document.addEventListener("keydown", keys);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
  else ready();
})();
