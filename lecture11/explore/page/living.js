// What lives from its HTML alone, in a page and as a notebook's widget.

import { showPlayer } from "./player.js";
import { askQuestion } from "./question.js";

/** @type {Object<string, (root: HTMLElement) => void>} */
const LIVE = { player: showPlayer, question: askQuestion };

/** Bring all to life that stands in an element. @param {ParentNode} within */
export function bringAll(within) {
  for (const root of /** @type {NodeListOf<HTMLElement>} */ (within.querySelectorAll("[data-living]"))) {
    LIVE[root.dataset.living ?? ""](root);
  }
}

/** For anywidget. @param {{model: any, el: Element}} given */
function render({ model, el }) {
  // The kernel made this element and escaped all texts in it; a reader's words never come here.
  el.append(document.createRange().createContextualFragment(model.get("_page")));
  bringAll(el);
}

export default { render };
