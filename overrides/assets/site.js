// The help centre's own small script: the language switcher and the search. Files only, no inline code.
(() => {
  "use strict";
  // Material asks for a sitemap below each alternate link and hijacks ordinary links with it: crawlers have read them.
  const quiet = () => document.querySelectorAll("head link[rel=alternate][hreflang]").forEach((link) => link.remove());
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", quiet) : quiet();

  // The switcher keeps the place and what was typed, and the choice is remembered.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-language]");
    if (!link) return;
    document.cookie = `language=${link.dataset.language}; Path=/; Max-Age=31536000; SameSite=Lax`;
    if (!link.hash) link.hash = location.hash;
    link.search = location.search;
  });

  const fold = (text) => text.toLowerCase().replace(/[’']/g, " ").normalize("NFD").replace(/\p{M}/gu, "").trim();
  // One letter wrong, missing or too many is forgiven.
  const near = (a, b) => {
    if (Math.abs(a.length - b.length) > 1 || a.length < 4) return false;
    let i = 0, j = 0, slips = 0;
    while (i < a.length && j < b.length) {
      if (a[i] === b[j]) { i++; j++; continue; }
      if (++slips > 1) return false;
      if (a.length >= b.length) i++;
      if (b.length >= a.length) j++;
    }
    return slips + (a.length - i) + (b.length - j) <= 1;
  };
  const score = (entry, words) => {
    const title = fold(entry.title).split(/\s+/), text = entry.words.split(" ");
    return words.reduce((sum, word) => {
      const hit = (other) => other.startsWith(word) ? 3 : near(word, other) ? 1 : 0;
      return sum + 4 * Math.max(0, ...title.map(hit)) + Math.max(0, ...text.map(hit));
    }, 0);
  };
  const start = (form) => {
    const input = form.querySelector("input"), list = form.querySelector("ul"), status = form.querySelector("[role=status]");
    let index;
    const search = async () => {
      const words = fold(input.value).split(/\s+/).filter((word) => word.length > 2);
      if (!words.length) { list.hidden = true; return; }
      index ??= fetch(form.dataset.index).then((answer) => answer.json());
      const found = (await index).map((entry) => [score(entry, words), entry]).filter(([points]) => points > 0)
        .sort(([a], [b]) => b - a).slice(0, 6);
      status.textContent = found.length === 0 ? form.dataset.none : found.length === 1 ? form.dataset.one : form.dataset.many.replace("{n}", found.length);
      list.replaceChildren(...found.map(([, entry]) => {
        const item = document.createElement("li"), link = document.createElement("a"), text = document.createElement("div");
        link.href = entry.path; link.textContent = entry.title; text.textContent = entry.summary;
        item.append(link, text);
        return item;
      }));
      if (!found.length) { const item = document.createElement("li"); item.textContent = form.dataset.none; list.append(item); }
      list.hidden = false;
    };
    input.addEventListener("input", search);
    form.addEventListener("submit", (event) => { event.preventDefault(); search(); });
    form.addEventListener("keydown", (event) => { if (event.key === "Escape") { list.hidden = true; input.focus(); } });
    const asked = new URLSearchParams(location.search).get("q");
    if (asked) { input.value = asked; search(); }
  };
  const ready = () => document.querySelectorAll(".hc-search").forEach(start);
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", ready) : ready();
})();
