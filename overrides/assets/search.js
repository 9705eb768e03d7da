// The search of one language, loaded at first use. Accents, case and apostrophes do not matter; one slip in five letters
// is forgiven, and any of the words may match.
import MiniSearch from "/assets/minisearch/minisearch-7.2.0.min.js";

const MOST = 8;
const fold = (term) => {
  const plain = term.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replace("œ", "oe");
  return plain.length > 1 ? plain : null;
};

const load = async (address) => {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  const index = new MiniSearch({
    fields: ["title", "synonyms", "headings", "summary", "text"],
    storeFields: ["title", "summary"],
    tokenize: (text) => text.split(/[^\p{L}\p{N}]+/u),
    processTerm: fold,
    searchOptions: {
      prefix: (term) => term.length > 2,
      fuzzy: (term) => (term.length > 3 ? 0.2 : false),
      boost: { title: 4, synonyms: 3, headings: 2, summary: 2 },
    },
  });
  index.addAll(await answer.json());
  return index;
};

const entry = ({ id, title, summary }) => {
  const item = document.createElement("li");
  const link = document.createElement("a");
  const text = document.createElement("p");
  link.href = id;
  link.textContent = title;
  text.textContent = summary;
  item.append(link, text);
  return item;
};

/** Start the search of a form: results as typed, a count in its status line, arrows and Escape. */
export const start = async (form) => {
  const { q: input } = form.elements;
  const list = form.querySelector("ul");
  const status = form.querySelector("[role=status]");
  const { none, one, many } = form.dataset;

  const close = () => {
    list.hidden = true;
  };
  const show = (found) => {
    const count = found.length === 0 ? none : found.length === 1 ? one : many.replace("{n}", found.length);
    status.textContent = count;
    const nothing = document.createElement("li");
    nothing.textContent = none;
    list.replaceChildren(...(found.length ? found.slice(0, MOST).map(entry) : [nothing]));
    list.hidden = false;
  };

  const index = await load(form.dataset.index);
  const search = () => (input.value.trim() ? show(index.search(input.value)) : close());

  const move = (event) => {
    const stops = [input, ...list.querySelectorAll("a")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") {
      close();
      input.focus();
    } else if (step && !list.hidden) {
      event.preventDefault();
      stops[Math.min(Math.max(stops.indexOf(document.activeElement) + step, 0), stops.length - 1)].focus();
    }
  };

  input.addEventListener("input", search);
  form.addEventListener("submit", search);
  form.addEventListener("keydown", move);
  for (const kind of ["focusin", "click"]) {
    document.addEventListener(kind, (event) => form.contains(event.target) || close());
  }
  search();
};
