// The page's beginning: whose chat this is, the stream of states, and what a person can do.
// Each event is the whole state, so a lost connection needs nothing but the next one.

import { startComposer, updateComposer } from "./composer.js";
import { setBusy, showMessages } from "./messages.js";
import { showNote, startNote } from "./note.js";
import { showToasts, toast } from "./toasts.js";

const RECONNECT_MS = 1_500;

const personId = location.pathname.split("/").pop();
const pageKey = new URLSearchParams(location.search).get("key") ?? "";
const byId = (id) => document.getElementById(id);

function resource(name) {
  return `/person/${personId}/${name}?key=${encodeURIComponent(pageKey)}`;
}

async function post(name, body) {
  try {
    const response = await fetch(resource(name), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (response.ok) return true;
    const answer = await response.json().catch(() => ({}));
    toast(answer.error ?? `Not sent (${response.status})`);
  } catch {
    toast("Not sent: the chat is not connected");
  }
  return false;
}

const actions = {
  send: (text) => post("send", { text }),
  handOver: (text) => post("note", { text }),
  tap: async (messageId, data) => {
    setBusy(messageId, data, true);
    if (!(await post("tap", { message_id: messageId, data }))) setBusy(messageId, data, false);
  },
  copy: async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      toast("Copied");
    } catch {
      toast("Cannot copy here");
    }
  },
};

let typing = false;
let connected = false;

function showStatus() {
  const status = byId("status");
  const state = !connected ? "connecting" : typing ? "typing" : "idle";
  const texts = { connecting: "connecting…", typing: "typing…", idle: "bot" };
  if (status.dataset.state !== state) {
    status.dataset.state = state;
    status.textContent = texts[state];
  }
}

function show(state) {
  document.title = state.bot.name;
  byId("bot-name").textContent = state.bot.name;
  byId("welcome-name").textContent = state.bot.name;
  const initial = [...state.bot.name][0] ?? "?";
  byId("avatar").textContent = initial;
  byId("welcome-avatar").textContent = initial;
  byId("welcome").hidden = state.messages.length > 0;
  typing = state.typing;
  showStatus();
  updateComposer(state.commands, state.blocked);
  showNote(state.note, state.note_field);
  showMessages(state.messages, state.busy, actions);
  showToasts(state.toasts);
}

function connect() {
  const events = new EventSource(resource("events"));
  events.addEventListener("open", () => {
    connected = true;
    showStatus();
  });
  events.addEventListener("message", (event) => show(JSON.parse(event.data)));
  events.addEventListener("error", () => {
    connected = false;
    showStatus();
    // The browser gives up by itself after a refusal; a restarted sandbox is worth another try.
    if (events.readyState === EventSource.CLOSED) setTimeout(connect, RECONNECT_MS);
  });
}

byId("start").addEventListener("click", () => actions.send("/start"));
startComposer(actions);
startNote(actions);
connect();
byId("composer").focus({ preventScroll: true });
