// On a page of the service: the language chosen is remembered, as on a page of the site (site.js).
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-language]");
  const https = location.protocol === "https:";
  if (link) document.cookie = `${https ? "__Secure-" : ""}language=${link.dataset.language}; Path=/; Max-Age=31536000; SameSite=Lax${https ? "; Secure" : ""}`;
});
