// "Was this article helpful?" inside the article: sent without leaving it. Loaded at the first click; no cookie.
const FRAGMENT = { Accept: "text/html;fragment=1" };

const post = async (box, address, body) => {
  const answer = await fetch(address, { method: "POST", headers: FRAGMENT, body });
  if (!answer.ok && answer.status !== 422) throw new Error(String(answer.status));
  box.innerHTML = await answer.text();
  box.querySelector(".hc-back")?.remove();
  box.querySelector("h2")?.focus();
  box.querySelector("form")?.addEventListener("submit", (event) => send(event, box));
};

const send = async (event, box) => {
  event.preventDefault();
  try {
    await post(box, event.target.action, new URLSearchParams(new FormData(event.target, event.submitter)));
  } catch {
    down(box);
  }
};

const down = (box) => {
  const said = box.querySelector("[role=status]") ?? box.appendChild(document.createElement("p"));
  said.setAttribute("role", "status");
  said.textContent = box.dataset.down;
};

/** Send a click: the section is the one that the reader came to, or reads. */
export const start = async (form, button) => {
  const box = document.createElement("div");
  box.className = "hc-feedback";
  box.dataset.down = form.dataset.down;
  const read = location.hash.slice(1) || document.querySelector(".md-nav--secondary .md-nav__link--active")?.hash.slice(1) || "";
  form.elements.section.value = /^[a-z0-9-]{1,80}$/.test(read) ? read : "";
  try {
    await post(box, form.action, new URLSearchParams(new FormData(form, button)));
    form.replaceWith(box);
    box.querySelector("h2")?.focus();
  } catch {
    down(form);
  }
};
