// The log: one node per message, kept while the message is unchanged, so that focus, selection
// and a busy button survive whatever else happens in the chat.

import { fillText, harmless } from "./text.js";

const BUSY_MS_MAX = 20_000;
const NEAR_END_PX = 90;
const FOLLOWS_S = 180;

const list = document.getElementById("messages");
const log = document.getElementById("log");
const down = document.getElementById("down");
const downCount = document.getElementById("down-count");

const nodes = new Map();
const busySince = new Map();
let unread = 0;
let first = true;

const time = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long" });

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function key(message, button, actions) {
  const address = button.url ? harmless(button.url) : null;
  const node = make(address ? "a" : "button", "key", button.text);
  node.dataset.testid = "button";
  node.dataset.text = button.text;
  if (address) {
    node.href = address;
    node.target = "_blank";
    node.rel = "noopener noreferrer";
    return node;
  }
  node.type = "button";
  if (button.data !== null) {
    node.dataset.data = button.data;
    node.addEventListener("click", () => {
      if (node.getAttribute("aria-busy") !== "true") actions.tap(message.id, button.data);
    });
  }
  return node;
}

function keyboard(message, actions) {
  const keys = make("div", "keys");
  for (const row of message.keyboard) {
    const line = keys.appendChild(make("div"));
    line.append(...row.map((button) => key(message, button, actions)));
  }
  return keys;
}

function fill(node, message, actions) {
  node.replaceChildren();
  node.className = "message";
  node.dataset.testid = "message";
  node.dataset.messageId = message.id;
  node.dataset.from = message.from;
  node.toggleAttribute("data-edited", message.edited);
  const bubble = node.appendChild(make("div", "bubble"));
  if (message.reply_to) {
    const quote = bubble.appendChild(make("button", "quote", message.reply_to.text));
    quote.type = "button";
    const target = message.reply_to.id;
    quote.addEventListener("click", () =>
      nodes.get(target)?.node.scrollIntoView({ block: "center", behavior: "smooth" }),
    );
  }
  const text = bubble.appendChild(make("div", "text"));
  text.dir = "auto";
  fillText(text, message.text, message.entities, actions);
  const sent = new Date(message.date * 1000);
  const meta = bubble.appendChild(make("span", "meta"));
  if (message.edited) meta.append("edited ");
  const stamp = meta.appendChild(make("time", "", time.format(sent)));
  stamp.dateTime = sent.toISOString();
  // The last line keeps room for the mark that stands over its end.
  text.dataset.meta = meta.textContent;
  if (message.keyboard.length > 0) node.append(keyboard(message, actions));
}

function place(message, actions) {
  const signature = JSON.stringify(message);
  const known = nodes.get(message.id);
  if (known?.signature === signature) return known.node;
  const node = known?.node ?? make("li");
  fill(node, message, actions);
  // A quote that changed elsewhere is no change to point out here.
  const content = JSON.stringify([message.text, message.entities, message.keyboard]);
  if (!known && !first) node.classList.add("new");
  if (known && known.content !== content) node.classList.add("changed");
  nodes.set(message.id, { node, signature, content });
  if (!known && !first) unread += 1;
  return node;
}

function arrange(messages, actions) {
  const wanted = [];
  let previous = null;
  for (const message of messages) {
    const label = day.format(new Date(message.date * 1000));
    if (!previous || previous.label !== label) {
      const old = [...list.querySelectorAll(".day")].find((node) => node.textContent === label);
      wanted.push(old ?? make("li", "day", label));
    }
    const node = place(message, actions);
    const follows =
      previous?.label === label &&
      previous.from === message.from &&
      message.date - previous.date < FOLLOWS_S;
    node.classList.toggle("follows", follows);
    wanted.push(node);
    previous = { label, from: message.from, date: message.date };
  }
  const kept = new Set(wanted);
  for (const node of [...list.children]) if (!kept.has(node)) node.remove();
  for (const [id, { node }] of nodes) if (!kept.has(node)) nodes.delete(id);
  wanted.forEach((node, index) => {
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
  });
}

function nearEnd() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END_PX;
}

function toEnd(behavior) {
  log.scrollTo({ top: log.scrollHeight, behavior });
}

function showDown() {
  const atEnd = nearEnd();
  if (atEnd) unread = 0;
  down.hidden = atEnd;
  downCount.hidden = unread === 0;
  downCount.textContent = unread;
}

/** Marks a button busy, or no longer. */
export function setBusy(messageId, data, busy) {
  const keys = nodes.get(messageId)?.node.querySelectorAll(".key") ?? [];
  for (const node of keys) {
    if (node.dataset.data === data) node.setAttribute("aria-busy", String(busy));
  }
}

function showBusy(busy) {
  const now = Date.now();
  const ids = new Set(busy.map((tap) => JSON.stringify([tap.message_id, tap.data])));
  for (const id of busySince.keys()) {
    if (!ids.has(id)) {
      busySince.delete(id);
      setBusy(...JSON.parse(id), false);
    }
  }
  for (const id of ids) {
    if (!busySince.has(id)) {
      busySince.set(id, now);
      // A query that nobody answers runs out without a word from the server.
      setTimeout(() => setBusy(...JSON.parse(id), false), BUSY_MS_MAX);
    }
    setBusy(...JSON.parse(id), now - busySince.get(id) < BUSY_MS_MAX);
  }
}

/** Shows these messages and busy buttons. */
export function showMessages(messages, busy, actions) {
  const follow = first || nearEnd() || (messages.at(-1)?.from === "me" && !nodes.has(messages.at(-1).id));
  arrange(messages, actions);
  showBusy(busy);
  if (follow) toEnd(first ? "instant" : "smooth");
  if (follow) unread = 0;
  first = false;
  showDown();
}

log.addEventListener("scroll", showDown, { passive: true });
down.addEventListener("click", () => toEnd("smooth"));
new ResizeObserver(() => {
  if (unread === 0 && down.hidden) toEnd("instant");
}).observe(log);
