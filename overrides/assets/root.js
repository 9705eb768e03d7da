// The neutral root: the language chosen before, else the browser's. Without JavaScript the two links remain.
(() => {
  "use strict";
  const chosen = /(?:^|; )language=(fr|en)(?:;|$)/.exec(document.cookie)?.[1];
  const wanted = navigator.languages.map((name) => name.slice(0, 2).toLowerCase());
  const language = chosen ?? wanted.find((code) => code === "fr" || code === "en") ?? "fr";
  location.replace(`/${language}/${location.search}${location.hash}`);
})();
