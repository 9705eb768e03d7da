// The neutral root: the language chosen before, else the browser's. Without JavaScript the two links remain.
(() => {
  "use strict";
  const chosen = /(?:^|; )language=(fr|en)/.exec(document.cookie)?.[1];
  const language = chosen ?? navigator.languages.map((name) => name.slice(0, 2)).find((code) => code === "fr" || code === "en") ?? "fr";
  location.replace(`/${language}/`);
})();
