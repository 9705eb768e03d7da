// "Copy for a ticket": the lasting link of an article or section with its title, as text, Markdown or HTML, in the
// customer's language, with the values set in the widget. Loaded at first use; nothing personal goes into a link.
const VALUES = ["plan", "users", "zoom_licenses"];
const VALUE = /^[A-Za-z0-9_-]{1,40}$/;
const pages = new Map([[document.documentElement.lang, document]]);

const parsed = async (address) => {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
};

// The page in the customer's language: the switcher knows where it is.
const pageIn = async (language) => {
  const link = document.querySelector(`a[data-language="${language}"]`);
  if (!pages.has(language)) pages.set(language, await parsed(link.pathname));
  return pages.get(language);
};

const words = (heading) => {
  const copy = heading.cloneNode(true);
  copy.querySelectorAll(".headerlink").forEach((each) => each.remove());
  return copy.textContent.trim();
};

const title = (page, section) => {
  const heading = section && page.getElementById(section);
  return words(page.querySelector("h1")) + (heading ? ` – ${words(heading)}` : "");
};

// What parts groups of three digits, as the widget reads them: in French a comma is the decimal sign.
const GROUPS = document.documentElement.lang === "en" ? /\s|,(?=\d{3}\b)/g : /\s/g;

/** Return the values of the widget's form as a query, where somebody set one; numbers in digits alone. */
const proposed = () => {
  const form = document.querySelector("subscription-widget form[data-live]");
  const set = [...(form?.elements ?? [])].some(
    (field) =>
      VALUES.includes(field.name) &&
      (field.type === "radio" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue),
  );
  const values = set ? [...new FormData(form)].map(([name, value]) => [name, value.replace(GROUPS, "")]) : [];
  return new URLSearchParams(values.filter(([name, value]) => VALUES.includes(name) && VALUE.test(value))).toString();
};

const asText = (name, address) => `${name}\n${address}`;
const asMarkdown = (name, address) => `[${name.replace(/[\\[\]*_`<>]/g, "\\$&")}](${address})`;
const asHtml = (name, address) => {
  const link = document.createElement("a");
  link.href = address;
  link.textContent = name;
  return link.outerHTML;
};

const put = async (kind, name, address) => {
  if (kind !== "html") return navigator.clipboard.writeText((kind === "text" ? asText : asMarkdown)(name, address));
  const blob = (type, text) => new Blob([text], { type });
  const html = blob("text/html", asHtml(name, address));
  const item = new ClipboardItem({ "text/html": html, "text/plain": blob("text/plain", asText(name, address)) });
  return navigator.clipboard.write([item]);
};

let dialog;
let latest;
const prepared = async () => {
  const page = await parsed(`/${document.documentElement.lang}/ticket.html`);
  dialog = document.adoptNode(page.querySelector("dialog"));
  document.body.append(dialog);
  return dialog;
};

/** Open the dialog for a link such as /a/1001/notice-period/. */
export const open = async (link) => {
  await (dialog ?? prepared());
  const form = dialog.querySelector("form");
  const { language, forced, values, preview } = form.elements;
  const status = form.querySelector("[role=status]");
  const [, , number, section] = link.pathname.split("/");
  const query = proposed();
  form.querySelector(".hc-copy-values").hidden = !query;
  form.querySelector(".hc-copy-values input").disabled = !query;

  // What is chosen is read once, before anything is waited for: an answer to an earlier choice is dropped.
  const show = async () => {
    const mine = (latest = Symbol("choice"));
    const code = language.value;
    const asked = [forced.checked && `lang=${code}`, query && values.checked && query].filter(Boolean);
    const address = `${location.origin}/a/${number}/${section ? `${section}/` : ""}${asked.length ? `?${asked.join("&")}` : ""}`;
    preview.value = status.textContent = "";
    const name = await pageIn(code).then((page) => title(page, section)).catch(() => "");
    if (mine !== latest) return {};
    if (name) preview.value = asText(name, address);
    else status.textContent = status.dataset.down;
    return { name, address };
  };
  const copy = async (kind) => {
    if (kind === "close") return;
    const { name, address } = await show();
    if (!name) return;
    preview.value = { text: asText, markdown: asMarkdown, html: asHtml }[kind](name, address);
    try {
      await put(kind, name, address);
      status.textContent = status.dataset.done;
    } catch {
      preview.select(); // no permission, or no secure connection: the reader's own keys still copy
      status.textContent = status.dataset.denied;
    }
  };

  form.onchange = show;
  form.onclick = (event) => {
    if (event.target.matches("button")) copy(event.target.value);
  };
  await show();
  dialog.showModal();
};
