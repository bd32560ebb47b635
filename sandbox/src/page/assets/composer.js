// The input line and the menu of commands above it.

const form = document.getElementById("form");
const input = document.getElementById("composer");
const sendButton = document.getElementById("send");
const menu = document.getElementById("menu");
const menuButton = document.getElementById("menu-button");

let commands = [];
let selected = -1;
let actions = null;

function shown() {
  return [...menu.children];
}

function select(index) {
  const items = shown();
  selected = items.length === 0 ? -1 : (index + items.length) % items.length;
  items.forEach((item, at) => item.setAttribute("aria-selected", String(at === selected)));
  items[selected]?.scrollIntoView({ block: "nearest" });
  if (selected >= 0) input.setAttribute("aria-activedescendant", items[selected].id);
  else input.removeAttribute("aria-activedescendant");
}

function closeMenu() {
  menu.hidden = true;
  menu.replaceChildren();
  select(-1);
  menuButton.setAttribute("aria-expanded", "false");
}

function choose(name) {
  closeMenu();
  input.value = "";
  fit();
  actions.send(`/${name}`);
  input.focus();
}

function openMenu(prefix) {
  const fitting = commands.filter((command) => command.command.startsWith(prefix));
  menu.replaceChildren(
    ...fitting.map((command, index) => {
      const item = document.createElement("li");
      item.id = `command-${index}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      const name = item.appendChild(document.createElement("b"));
      name.textContent = `/${command.command}`;
      const description = item.appendChild(document.createElement("span"));
      description.textContent = command.description;
      item.addEventListener("click", () => choose(command.command));
      return item;
    }),
  );
  selected = -1;
  menu.hidden = fitting.length === 0;
  menuButton.setAttribute("aria-expanded", String(!menu.hidden));
}

function fit() {
  sendButton.disabled = input.value.trim() === "";
  input.style.height = "auto";
  input.style.height = `${input.scrollHeight + 2}px`;
}

function submit() {
  const text = input.value;
  if (text.trim() === "" || input.disabled) return;
  input.value = "";
  closeMenu();
  fit();
  actions.send(text);
}

function onKey(event) {
  if (event.isComposing) return;
  const open = !menu.hidden;
  if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    select(selected < 0 && step < 0 ? -1 : selected + step);
  } else if (open && event.key === "Escape") {
    event.preventDefault();
    closeMenu();
  } else if (open && event.key === "Tab" && selected >= 0) {
    event.preventDefault();
    shown()[selected].click();
  } else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    if (open && selected >= 0) shown()[selected].click();
    else submit();
  }
}

/** Wires the input line; `given` is `send(text)`. */
export function startComposer(given) {
  actions = given;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  input.addEventListener("keydown", onKey);
  input.addEventListener("input", () => {
    fit();
    const typed = /^\/(\w*)$/.exec(input.value);
    if (typed) openMenu(typed[1]);
    else closeMenu();
  });
  menuButton.addEventListener("click", () => {
    if (menu.hidden) openMenu("");
    else closeMenu();
    input.focus();
  });
  document.addEventListener("click", (event) => {
    if (!form.contains(event.target) && !menu.contains(event.target)) closeMenu();
  });
  fit();
}

/** Puts a text into the input line, for the person to send. */
export function typeIn(text) {
  if (input.disabled) return;
  input.value = text;
  closeMenu();
  fit();
  input.focus();
}

/** Takes the person's menu, and whether the person may write at all. */
export function updateComposer(menuCommands, blocked) {
  commands = menuCommands;
  menuButton.hidden = commands.length === 0;
  input.disabled = blocked;
  input.placeholder = blocked ? "You blocked this bot" : "Message";
}
