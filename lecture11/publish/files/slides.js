// The deck: reveal.js moves through it, and what stands on a slide is made to fit.

const SMALLEST = 0.6; // of the type, where a slide says much
const ROOM = 250; // pixels of height, which a picture needs
const DESCENT = 5; // pixels of a formula below its line, which need no room
const [LEAST, MOST] = [0.6, 2.2]; // how far a laboratory is shrunk or enlarged

Reveal.initialize({
  width: 1280,
  height: 720,
  margin: 0,
  minScale: 0.1,
  maxScale: 6,
  center: false,
  display: "flex",
  hash: true,
  navigationMode: "linear",
  scrollActivationWidth: null,
  slideNumber: "c/t",
  transition: "none",
  // What has the focus on a slide has the keys; the deck's own buttons are pressed, and all other keys turn slides.
  keyboardCondition: ({ key, target }) => !target.closest?.([" ", "Enter"].includes(key) ? ".parts, button, a" : ".parts"),
  plugins: [RevealNotes],
}).then(fitNext);
Reveal.addKeyBinding({ keyCode: 84, key: "T", description: "Light or dark" }, turnTheme);
Reveal.on("slidechanged", fitNext);
document.addEventListener("change", fitNext); // an answer brings its picture
document.addEventListener("pointerup", () => {
  setTimeout(() => {
    const { activeElement } = document; // or a presenter's clicker would be taken for an answer
    if (activeElement?.matches("button, .parts :not([type=number], [type=text])")) activeElement.blur();
  });
});
addEventListener(
  "keydown",
  (event) => {
    const held = event.key === "Escape" && document.activeElement?.closest(".parts :focus");
    if (!held) return;
    event.stopPropagation(); // to the deck, which would show all slides at once
    held.blur();
  },
  { capture: true },
);

const laidOut = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
const overflows = (/** @type {Element} */ parts) =>
  parts.scrollHeight > parts.clientHeight + DESCENT || parts.scrollWidth > parts.clientWidth + 1;
const squeezes = (/** @type {Element} */ parts) =>
  [...parts.querySelectorAll("img")].some(({ clientWidth, clientHeight, naturalWidth, naturalHeight }) => {
    return clientHeight < Math.min(ROOM, (clientWidth * naturalHeight) / naturalWidth - 1);
  });

let fitting = Promise.resolve();
/** One after the other: a second would measure a laboratory that the first is still enlarging. */
function fitNext() {
  delete Reveal.getCurrentSlide()?.dataset.fits;
  fitting = fitting.then(fit);
}

async function fit() {
  const slide = Reveal.getCurrentSlide();
  const parts = slide?.querySelector(".parts");
  if (!parts) return;
  slide.style.fontSize = "";
  for (const figure of parts.querySelectorAll("figure[data-laboratory]:not([style*='zoom'])")) {
    await enlarge(figure, parts);
  }
  place(slide, parts);
  slide.dataset.fits = String(!overflows(parts));
}

/** An answer's picture stands beside its question or below it, wherever it is larger. */
function place(slide, parts) {
  const picture = parts.querySelector(".lecture11-question figure:not([hidden]) > img");
  if (!picture) return shrink(slide, parts);
  const sizes = ["below", "beside"].map((way) => {
    slide.dataset.answer = way;
    shrink(slide, parts);
    return Math.min(picture.clientWidth / picture.naturalWidth, picture.clientHeight / picture.naturalHeight);
  });
  if (sizes[1] > sizes[0]) return;
  slide.dataset.answer = "below";
  shrink(slide, parts);
}

/** Smaller type, until all can be seen, pictures too, or none could be read. */
function shrink(slide, parts) {
  slide.style.fontSize = "";
  for (let size = 1; (overflows(parts) || squeezes(parts)) && size > SMALLEST; ) {
    size -= 0.05;
    slide.style.fontSize = `${size}em`;
  }
}

/** As large as the slide allows: halve the interval in which that lies. */
async function enlarge(figure, parts) {
  figure.style.visibility = "hidden";
  let [low, high] = [LEAST, MOST];
  while (high - low > 0.03) {
    const middle = (low + high) / 2;
    figure.style.zoom = middle;
    await laidOut();
    if (!parts.clientHeight) {
      figure.style.zoom = figure.style.visibility = ""; // out of sight: another time
      return;
    }
    if (overflows(parts)) high = middle;
    else low = middle;
  }
  figure.style.zoom = low;
  figure.style.visibility = "";
  await laidOut();
}
