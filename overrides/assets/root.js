// A neutral page (the root, a link of a ticket): on to the language asked (?lang=), chosen before, or the browser's.
// Proposed values go along. Without JavaScript the links remain.
(() => {
  "use strict";
  const links = [...document.querySelectorAll("main a[hreflang]")];
  const query = new URLSearchParams(location.search);
  const chosen = /(?:^|; |__Secure-)language=([a-z]+)/.exec(document.cookie)?.[1];
  const wanted = [query.get("lang"), chosen, ...navigator.languages.map((name) => name.slice(0, 2).toLowerCase())];
  const link = wanted.map((code) => links.find((each) => each.hreflang === code)).find(Boolean) ?? links[0];
  const target = new URL(link.href);
  query.delete("lang");
  // A section has the hash: values proposed in the hash then go on in the query, which the widget reads as well.
  let values;
  try { values = /^#change=(.*)$/.exec(decodeURIComponent(location.hash))?.[1]; } catch { /* no text: nothing is proposed */ }
  if (!target.hash) target.hash = location.hash;
  else if (values) for (const value of values.split(",")) query.set(...value.split(":", 2).concat("").slice(0, 2));
  target.search = query;
  location.replace(target);
})();
