// What pages and slides share: formulas are written, what is alive comes to life, what is wide scrolls.

for (const place of document.querySelectorAll(".math, .formula")) {
  const displayMode = place.className === "formula";
  temml.render(place.textContent, place, { displayMode, throwOnError: true });
}

bringToLife(window.laboratories ?? {});

const wide = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth + 1) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
document.querySelectorAll(".formula, .table, pre, .shown figure, .cell > :is(p, ul, ol)").forEach((each) => wide.observe(each));

const dark = matchMedia("(prefers-color-scheme: dark)");
const isLight = () => (document.body.dataset.jpThemeLight ?? String(!dark.matches)) === "true";

function turnTheme() {
  document.body.dataset.jpThemeLight = String(!isLight());
  try {
    localStorage.light = document.body.dataset.jpThemeLight;
  } catch {} // where nothing may be kept, the next page begins as the system has it
}
