// Answers to taps: a passing toast, or a dialogue to dismiss. Also what went wrong here.

const TOAST_MS = 3_500;
const TOAST_MS_PER_CHARACTER = 35;
const TOASTS_MAX = 3;

const place = document.getElementById("toasts");
const dialog = document.getElementById("alert");
const dialogText = document.getElementById("alert-text");

const waiting = [];
let lastSeen = null;

function nextAlert() {
  if (dialog.open || waiting.length === 0) return;
  dialogText.textContent = waiting.shift();
  dialog.showModal();
}

/** Shows a passing text. */
export function toast(text) {
  const node = document.createElement("div");
  node.className = "toast";
  node.dataset.testid = "toast";
  node.textContent = text;
  place.append(node);
  while (place.children.length > TOASTS_MAX) place.firstChild.remove();
  setTimeout(() => node.remove(), TOAST_MS + text.length * TOAST_MS_PER_CHARACTER);
}

/** Shows the answers that are new since the page was opened. */
export function showToasts(answers) {
  const newest = answers.at(-1)?.id ?? 0;
  if (lastSeen !== null) {
    for (const answer of answers.filter((one) => one.id > lastSeen)) {
      if (answer.alert) waiting.push(answer.text);
      else toast(answer.text);
    }
    nextAlert();
  }
  lastSeen = Math.max(lastSeen ?? 0, newest);
}

dialog.addEventListener("close", nextAlert);
