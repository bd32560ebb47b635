// The note beside the chat: lines of text, commands to try, and a field that hands a text over.
//
// A line that begins with "# " is a heading, and the line "[field]" is where the field stands.
// Text between backticks is set as code; a command of the bot is typed into the composer, a
// command for a terminal is copied. Everything else stays text.

import { typeIn } from "./composer.js";

const byId = (id) => document.getElementById(id);
const note = byId("note");
const lines = byId("note-lines");
const form = byId("note-form");
const field = byId("note-field");
const send = byId("note-send");

let shown = [];
let actions = null;

function button(className, text, act) {
  const node = document.createElement("button");
  node.type = "button";
  node.className = className;
  node.appendChild(document.createElement("code")).textContent = text;
  node.addEventListener("click", act);
  return node;
}

function code(text) {
  if (text.startsWith("/") && !text.includes(" ")) {
    const node = button("try", text, () => typeIn(text));
    node.dataset.testid = "try";
    return node;
  }
  if (text.includes(" ")) {
    const node = button("copy", text, () => actions.copy(text));
    node.title = "Copy";
    return node;
  }
  const node = document.createElement("code");
  node.textContent = text;
  return node;
}

function line(text) {
  if (text === "[field]") return form;
  const heading = text.startsWith("# ");
  const node = document.createElement(heading ? "h2" : "p");
  const words = heading ? text.slice(2) : text;
  words.split("`").forEach((part, index) => node.append(index % 2 === 0 ? part : code(part)));
  return node;
}

function showField(given) {
  form.hidden = !given;
  if (!given) return;
  byId("note-label").textContent = given.label;
  send.textContent = given.button;
}

/** Shows lines and field. What stands before and after a change is left, so that the focus stays. */
export function showNote(given, givenField) {
  note.hidden = given.length === 0;
  byId("note-title").textContent = given[0] ?? "";
  showField(givenField);
  const rest = given.slice(1);
  const same = Math.min(shown.length, rest.length);
  let head = 0;
  while (head < same && shown[head] === rest[head]) head += 1;
  let tail = 0;
  while (tail < same - head && shown.at(-1 - tail) === rest.at(-1 - tail)) tail += 1;
  const after = lines.children[shown.length - tail] ?? null;
  for (let gone = shown.length - tail - head; gone > 0; gone -= 1) lines.children[head].remove();
  for (const text of rest.slice(head, rest.length - tail)) lines.insertBefore(line(text), after);
  shown = rest;
}

/** Wires the field; `given` are `copy(text)` and `handOver(text)`. */
export function startNote(given) {
  actions = given;
  const fit = () => {
    send.disabled = field.value.trim() === "";
  };
  field.addEventListener("input", fit);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (text === "") return;
    if (await actions.handOver(text)) field.select();
  });
  const beside = matchMedia("(min-width: 900px)");
  const arrange = () => {
    note.open = beside.matches;
  };
  beside.addEventListener("change", arrange);
  arrange();
  fit();
}
