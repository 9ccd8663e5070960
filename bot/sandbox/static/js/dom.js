// Builds elements without ever parsing text as markup.

/** An element: `on*` are listeners, `class` and others attributes, children nodes or text; null and false are left out. */
export function h(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "indeterminate") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Replaces everything inside an element. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

let serial = 0;

/** An id that no other element has. */
export function freshId(word) {
  serial += 1;
  return `${word}-${serial}`;
}

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  hash: "M7 3 5.5 17M14.5 3 13 17M3.5 7.5h14M2.5 12.5h14",
  lock: "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  close: "M5 5l10 10M15 5 5 15",
  more: "M10 4.5v.01M10 10v.01M10 15.5v.01",
  down: "M5 7.5l5 5 5-5",
  send: "M3 10 17 3.5 13 17l-3.5-5.5zM9.5 11.5 17 3.5",
  thread: "M4 4h12v9H9l-4 3.5V13H4z",
  eye: "M2 10s3-5 8-5 8 5 8 5-3 5-8 5-8-5-8-5zM10 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4",
  warn: "M10 3 18 17H2zM10 8v4M10 14.5v.01",
  info: "M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15M10 9v5M10 6.3v.01",
  check: "M4 10.5l4 4 8-9",
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  home: "M3 9.5 10 3l7 6.5V17h-5v-4.5H8V17H3z",
  back: "M12.5 4 6 10l6.5 6",
  clip: "M14 8.5 8.8 13.7a2 2 0 0 1-2.9-2.9L12 4.8a3.4 3.4 0 0 1 4.8 4.8l-6.2 6.1",
  plus: "M10 4v12M4 10h12",
  image: "M3 4h14v12H3zM3 13l4-4 3 3 3-3 4 4M12.5 7.5v.01",
};

/** A line icon; decorative unless the button around it has a label. */
export function icon(name, size = 18) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 20 20", width: size, height: size, "aria-hidden": "true", class: `icon icon-${name}` })) {
    svg.setAttribute(key, value);
  }
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

const COLOURS = ["#1264a3", "#2b7a5f", "#8f3f71", "#b4552d", "#5b4bb5", "#93631b", "#3d6f8e", "#a23b4a"];

/** A coloured square with a person's initials; the same person always has the same colour. */
export function avatar(name, size = "") {
  const words = name.replace(/^Dr\.?\s+/, "").split(/\s+/).filter(Boolean);
  const initials = (words[0]?.[0] ?? "?") + (words.length > 1 ? words[words.length - 1][0] : "");
  const sum = [...name].reduce((total, letter) => (total * 33 + letter.codePointAt(0)) % 9973, 5);
  const square = h("span", { class: `avatar ${size}`, "aria-hidden": "true" }, initials.toUpperCase());
  square.style.background = COLOURS[sum % COLOURS.length];
  return square;
}
