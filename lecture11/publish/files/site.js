// The theme and the search, from a disk as from a server.

const theme = document.getElementById("theme");
const nameTheme = () => {
  theme.textContent = isLight() ? "Dark" : "Light";
  theme.setAttribute("aria-label", `${theme.textContent} theme`);
};
theme.hidden = false;
theme.addEventListener("click", () => {
  turnTheme();
  nameTheme();
});
dark.addEventListener("change", nameTheme);
nameTheme();

const field = document.getElementById("search");
const found = document.getElementById("found");
const [status, list] = found.children;
const MOST = 20;

/** The sections that hold every word, those with a word in their heading first. */
function sectionsWith(words) {
  const matches = [];
  for (const [page, title, id, heading, text] of window.sections) {
    const [above, below] = [`${title} ${heading}`.toLowerCase(), text.toLowerCase()];
    if (!words.every((word) => above.includes(word) || below.includes(word))) continue;
    const score = words.filter((word) => heading.toLowerCase().includes(word)).length;
    matches.push({ page, title, id, heading, text, score });
  }
  return matches.sort((a, b) => b.score - a.score);
}

/** The words around the first that was sought, with that one marked. */
function excerpt(text, words) {
  const low = text.toLowerCase();
  const at = Math.min(...words.map((word) => low.indexOf(word)).filter((place) => place >= 0));
  const part = document.createElement("span");
  if (!Number.isFinite(at)) {
    part.textContent = text.slice(0, 140);
    return part;
  }
  const word = words.find((each) => low.startsWith(each, at));
  const mark = document.createElement("mark");
  mark.textContent = text.slice(at, at + word.length);
  part.append(at > 60 ? "…" : "", text.slice(Math.max(0, at - 60), at), mark, text.slice(at + word.length, at + 90));
  return part;
}

function search() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  found.hidden = !words.length || !window.sections;
  if (found.hidden) return;
  const matches = sectionsWith(words);
  const more = matches.length > MOST ? `; the first ${MOST}` : "";
  status.textContent = `${matches.length} section${matches.length === 1 ? "" : "s"}${more}`;
  list.replaceChildren(
    ...matches.slice(0, MOST).map(({ page, title, id, heading, text }) => {
      const entry = document.createElement("li");
      const link = entry.appendChild(document.createElement("a"));
      link.href = `${page}.html#${encodeURIComponent(id)}`;
      link.textContent = heading === title ? title : `${title} › ${heading}`;
      entry.append(excerpt(text, words));
      return entry;
    }),
  );
}

const close = () => {
  found.hidden = true;
};
field.addEventListener("focus", () => {
  if (window.sections) search();
  else if (!document.querySelector('script[src="search.js"]')) {
    const script = document.createElement("script");
    script.src = "search.js";
    script.addEventListener("load", search);
    document.head.append(script);
  }
});
field.addEventListener("input", search);
list.addEventListener("click", close);
document.addEventListener("pointerdown", ({ target }) => {
  if (!target.closest("search")) close();
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select");
  if (event.key === "Escape" && event.target.closest("search")) {
    close();
    field.focus();
    close();
  } else if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    field.focus();
  }
});
