// The help centre's own small script: the language switcher, the menu and, at first use, the search.
(() => {
  "use strict";
  // Material asks for a sitemap below each alternate link and hijacks ordinary links with it: crawlers have read them.
  const quiet = () => document.querySelectorAll("head link[rel=alternate][hreflang]").forEach((link) => link.remove());

  // The switcher keeps the place and the query, and the choice is remembered. The widget may have set a hash of its own.
  const remember = (event) => {
    const link = event.target.closest("a[data-language]");
    if (!link) return;
    document.cookie = `language=${link.dataset.language}; Path=/; Max-Age=31536000; SameSite=Lax`;
    if (!link.hash) link.hash = location.hash;
    link.search = location.search;
  };

  // The theme's menu is opened by a label, which no key reaches: ours is a button.
  const menu = (event) => event.target.closest(".hc-menu") && document.getElementById("__drawer").click();

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

  const ready = () => {
    quiet();
    search();
  };
  document.addEventListener("click", remember);
  document.addEventListener("click", menu);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
  else ready();
})();
