// A question: once a choice is picked, the reply to it and the picture that answers.

import { html, named } from "./dom.js";

/** Make a stored question answer. @param {HTMLElement} root */
export function askQuestion(root) {
  const [prompt, list, folded] = ["p", "ul", "details"].map((tag) => root.querySelector(`:scope > ${tag}`));
  if (!prompt || !list || !folded) return;
  const replies = [...folded.querySelectorAll("dd")].map((each) => each.textContent ?? "");
  const picture = folded.querySelector("figure");
  const group = html("fieldset", root);
  html("legend", group, {}, prompt.textContent ?? "");
  const reply = html("p", root, { role: "status", class: "reply" });
  const name = named("question");
  [...list.children].forEach((choice, k) => {
    const whole = html("label", group);
    const button = html("input", whole, { type: "radio", name });
    html("span", whole, {}, choice.textContent ?? "");
    button.addEventListener("change", () => {
      reply.textContent = replies[k];
      if (picture) picture.hidden = false;
    });
  });
  if (picture) {
    picture.hidden = true;
    root.append(picture);
  }
  for (const told of [prompt, list, folded]) told.remove();
}
