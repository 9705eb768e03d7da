// The search of one language, loaded at first use. Accents, case, plural and apostrophes do not matter; words that mean the
// same find each other; a slip in four letters is forgiven, two in eight; any of the words may match.
// widget/web/search.py ranks the same way for support tools: change both.
import MiniSearch from "/assets/minisearch/minisearch-7.2.0.min.js";

const MOST = 8;
const SYNONYM = 0.5;
const LONGEST = 200;
const PATIENCE = 1500;
const split = (text) => text.normalize("NFC").match(/[\p{L}\p{N}]+/gu) ?? [];
const begins = (term, words) => words.some((word) => word === term || (term.length > 2 && word.startsWith(term)));

// Whether two words differ by at most one letter.
const near = (typed, meant) => {
  if (typed === meant) return true;
  if (meant.length < 5 || Math.abs(typed.length - meant.length) > 1) return false;
  let start = 0;
  while (start < typed.length && typed[start] === meant[start]) start += 1;
  const rest = (word, from) => word.slice(start + from);
  const longer = Math.sign(typed.length - meant.length);
  return rest(typed, longer >= 0 ? 1 : 0) === rest(meant, longer <= 0 ? 1 : 0);
};

/** Return a function that finds: the articles for a text, the best first, each with the section that matches best. */
export const finder = ({ stop, synonyms, articles }, language) => {
  const plain = (word) =>
    word.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replaceAll("œ", "oe").replaceAll("æ", "ae");
  const singular = (word) => {
    if (word.length < 4) return word;
    if (language === "en" && word.endsWith("ies")) return word.slice(0, -3) + "y";
    return word.replace(language === "en" ? /s$/ : /[sx]$/, "");
  };
  const silent = new Set(stop.map(plain));
  const says = (word) => word.length > 1 && !silent.has(word);
  const words = (text) => split(text).map(plain).filter(says).map(singular);
  const groups = synonyms.map((group) => group.map(words));
  const within = (phrase, asked) =>
    phrase.length > 0 && asked.some((_, start) => phrase.every((word, index) => near(asked[start + index] ?? "", word)));

  // A word that nobody wrote, with two neighbours exchanged, is taken for the one that somebody did.
  const meant = (word) => {
    const swapped = [...word].map((_, at) => word.slice(0, at) + (word[at + 1] ?? "") + word[at] + word.slice(at + 2));
    return known.has(word) ? word : (swapped.find((each) => known.has(each)) ?? word);
  };

  // The words asked for, with weight 1, and those that mean the same, with less.
  const wanted = (text) => {
    const meaning = words(text);
    const asked = (meaning.length ? meaning : split(text).map(plain).map(singular)).map(meant);
    const weights = new Map(asked.map((word) => [word, 1]));
    for (const group of groups)
      if (group.some((phrase) => within(phrase, asked)))
        for (const word of group.flat()) if (!weights.has(word)) weights.set(word, SYNONYM);
    return weights;
  };

  const known = new Set();
  const index = new MiniSearch({
    fields: ["title", "synonyms", "headings", "summary", "text"],
    tokenize: split,
    processTerm: (word) => {
      if (!says(plain(word))) return null;
      const folded = singular(plain(word));
      known.add(folded);
      return folded;
    },
  });
  const byId = new Map(articles.map((each) => [each.id, each]));
  const joined = (sections, part) => sections.map((each) => each[part]).join(" ");
  index.addAll(articles.map((each) => ({ ...each, headings: joined(each.sections, 1), text: joined(each.sections, 2) })));

  // The section whose heading, or else whose text alone, has the words; none where the article as a whole is meant.
  const section = (article, weights) => {
    const title = words(article.title);
    const sections = (article.words ??= article.sections.map(([, heading, text]) => [words(heading), words(text)]));
    const scores = sections.map(() => 0);
    for (const [term, weight] of weights) {
      if (weight < 1 || begins(term, title)) continue;
      const having = (part) => sections.flatMap((each, number) => (begins(term, each[part]) ? [number] : []));
      const headed = having(0);
      const told = having(1);
      for (const number of headed.length ? headed : told.length === 1 ? told : [])
        scores[number] += headed.length ? 2 : 1;
    }
    const best = Math.max(...scores);
    return best ? article.sections[scores.indexOf(best)] : ["", ""];
  };

  return (text) => {
    const weights = wanted(text.slice(0, LONGEST));
    const asked = (term) => weights.get(term) === 1;
    const found = index.search(text, {
      boost: { title: 4, synonyms: 3, headings: 2, summary: 2 },
      tokenize: () => [...weights.keys()],
      processTerm: (term) => term,
      boostTerm: (term) => weights.get(term),
      prefix: (term) => asked(term) && term.length > 2,
      fuzzy: (term) => (asked(term) && term.length > 3 ? (term.length < 8 ? 1 : 2) : false),
    });
    // MiniSearch favours articles with more of the words; a synonym is no further word.
    // A reference page, which repeats the words of all others, counts in full only where its title is asked for.
    const weight = ({ title, weight }) => ([...weights.keys()].some((term) => asked(term) && begins(term, words(title))) ? 1 : weight);
    const score = ({ id, score: all, queryTerms }) =>
      (weight(byId.get(id)) * all * Math.max(1, queryTerms.filter(asked).length)) / queryTerms.length;
    return found
      .map((each) => ({ id: each.id, score: score(each) }))
      .sort((one, other) => other.score - one.score)
      .map(({ id }) => ({ ...byId.get(id), section: section(byId.get(id), weights) }));
  };
};

const load = async (address) => {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return [finder(await answer.json(), document.documentElement.lang), answer.headers.get("Search-Misses")];
};

const element = (name, text, inside = []) => {
  const made = document.createElement(name);
  made.textContent = text;
  made.append(...inside);
  return made;
};

const entry = ({ id, title, summary, section: [anchor, heading] }) => {
  const link = element("a", title, heading ? [element("span", heading)] : []);
  link.href = anchor ? `${id}#${anchor}` : id;
  return element("li", "", [link, element("p", summary)]);
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
    list.replaceChildren(...(found.length ? found.slice(0, MOST).map(entry) : [element("li", none)]));
    list.hidden = false;
  };

  const [find, misses] = await load(form.dataset.index);
  // A search without a result is counted, once, when the reader stops typing; only where a service is there to do it.
  const counted = new Set();
  let waiting;
  const count = (text) => {
    if (!misses || counted.has(text)) return;
    waiting = setTimeout(() => {
      counted.add(text);
      navigator.sendBeacon(misses, new URLSearchParams({ words: text.slice(0, LONGEST) }));
    }, PATIENCE);
  };
  const search = () => {
    clearTimeout(waiting);
    const text = input.value.trim();
    if (!text) return close();
    const found = find(text);
    show(found);
    if (!found.length) count(text);
  };

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
