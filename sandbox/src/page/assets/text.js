// A message text with its entities as DOM nodes. Text only ever becomes text nodes, and an
// address only ever becomes a link if its scheme is harmless.

const TAGS = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strikethrough: "s",
  code: "code",
  pre: "pre",
  blockquote: "blockquote",
  expandable_blockquote: "blockquote",
  spoiler: "span",
};
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const SCHEMES = new Set(["http:", "https:", "mailto:", "tel:", "tg:"]);

/** The address, if following it is harmless. */
export function harmless(address) {
  try {
    return SCHEMES.has(new URL(address).protocol) ? address : null;
  } catch {
    return null;
  }
}

function link(address) {
  const target = harmless(address);
  if (!target) return document.createElement("span");
  const node = document.createElement("a");
  node.href = target;
  node.target = "_blank";
  node.rel = "noopener noreferrer";
  return node;
}

function command(text, actions) {
  const node = document.createElement("button");
  node.type = "button";
  node.className = "command";
  node.addEventListener("click", () => actions.send(text));
  return node;
}

function reveal(node, open) {
  node.tabIndex = 0;
  node.setAttribute("role", "button");
  node.setAttribute("aria-expanded", "false");
  const act = () => {
    node.setAttribute("aria-expanded", "true");
    open();
  };
  node.addEventListener("click", act);
  node.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      act();
    }
  });
}

function element(entity, text, actions) {
  if (entity.type === "text_link") return link(entity.url);
  if (entity.type === "url") return link(text);
  if (entity.type === "bot_command") return command(text, actions);
  const node = document.createElement(TAGS[entity.type] ?? "span");
  if (entity.type === "code" || entity.type === "pre") {
    node.title = "Copy";
    node.addEventListener("click", () => actions.copy(text));
  }
  if (entity.type === "pre" && entity.language) node.setAttribute("data-language", entity.language);
  if (entity.type === "spoiler") {
    node.className = "spoiler";
    reveal(node, () => {});
  }
  if (entity.type === "expandable_blockquote") {
    node.classList.add("folded");
    reveal(node, () => node.classList.remove("folded"));
  }
  return node;
}

// Entities come outer first. One that reaches over the end of its outer one is cut in two.
function build(parent, text, from, to, entities, actions) {
  let at = from;
  const rest = [...entities];
  while (rest.length > 0) {
    const entity = rest.shift();
    const start = Math.max(entity.offset, at);
    const end = Math.min(entity.offset + entity.length, to);
    if (start >= end) continue;
    const isBlock = BLOCKS.has(entity.type);
    // A block breaks the line by itself, so one line break around it is not shown again.
    const before = text.slice(at, start);
    parent.append(isBlock ? before.replace(/\n$/, "") : before);
    const inner = [];
    while (rest.length > 0 && rest[0].offset < end) {
      const next = rest.shift();
      inner.push(next);
    }
    const over = inner
      .filter((next) => next.offset + next.length > end)
      .map((next) => ({ ...next, length: next.offset + next.length - end, offset: end }));
    const node = element(entity, text.slice(start, end), actions);
    // Hidden text is one element, so that the style can hide it whole.
    const holder = entity.type === "spoiler" ? node.appendChild(document.createElement("span")) : node;
    build(holder, text, start, end, inner, actions);
    parent.append(node);
    rest.unshift(...over);
    at = isBlock && end < to && text[end] === "\n" ? end + 1 : end;
  }
  parent.append(text.slice(at, to));
}

/** Fills `parent` with the text; `actions` are `send(text)` and `copy(text)`. */
export function fillText(parent, text, entities, actions) {
  build(parent, text, 0, text.length, entities, actions);
}
