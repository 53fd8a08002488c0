// An element with attributes and children; texts stay texts, whatever they hold.
function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

const MATHML = "http://www.w3.org/1998/Math/MathML";
const SVG = "http://www.w3.org/2000/svg";

function tree(space, [tag, ...parts]) {
  const made = document.createElementNS(space, tag);
  made.append(...parts.map((part) => (typeof part === "string" ? part : tree(space, part))));
  return made;
}

function formula(found) {
  const made = document.createElementNS(MATHML, "math");
  made.setAttribute("display", "block");
  made.style.textAlign = "left";
  made.append(tree(MATHML, found));
  return made;
}

function svg(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function chip(verdict, reason = "") {
  return el("span", { class: `chip v-${verdict}` }, verdict + (reason && reason !== "case" ? ` (${reason})` : ""));
}

// Value and truth below each other; what they share is right, what follows is not.
function numbers(value, truth) {
  let same = 0;
  while (same < value.length && value[same] === truth[same]) same += 1;
  const told = (text) => [el("span", { class: "right" }, text.slice(0, same)), el("mark", {}, text.slice(same))];
  if (!truth) return el("pre", { class: "numbers" }, `value  ${value}`);
  return el("pre", { class: "numbers" }, "value  ", told(value), "\ntruth  ", told(truth));
}

// A text to be copied; where the browser forbids it the text is selected.
function copyable(text, kind = "pre") {
  const shown = el(kind, { class: "script" }, text);
  const button = el("button", { type: "button", class: "copy", onclick: async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "copied";
    } catch {
      getSelection().selectAllChildren(shown);
      button.textContent = "selected";
    }
  } }, "copy");
  return el("div", {}, button, shown);
}

function plain(header, rows, numeric = []) {
  return el("div", { class: "scroll" }, el("table", { class: "plain" },
    el("thead", {}, el("tr", {}, header.map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, rows.map((row) => el("tr", {}, row.map((cell, k) =>
      el("td", { class: numeric.includes(k) ? "number" : null }, cell)))))));
}
