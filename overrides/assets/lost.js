// What is said without the service, as on plain static hosting: in the language of the address, else the one chosen before, else the browser's.
(() => {
  "use strict";
  const sections = [...document.querySelectorAll("main section[lang]")];
  const chosen = /(?:^|; |__Secure-)language=([a-z]+)/.exec(document.cookie)?.[1];
  const browser = navigator.languages.map((name) => name.slice(0, 2).toLowerCase());
  const wanted = [...location.pathname.split("/").slice(1, 3), chosen, ...browser];
  const own = wanted.map((code) => sections.find((each) => each.lang === code)).find(Boolean) ?? sections[0];
  sections.forEach((each) => (each.hidden = each !== own));
  document.documentElement.lang = own.lang;
  document.title = own.querySelector("h1").textContent;
})();
