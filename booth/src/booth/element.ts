// Elements are built node by node, never from strings of markup: a candidate's name cannot become a tag,
// and nothing here needs an inline style or script (the page's policy forbids both).

type Child = Node | string | null;
type Value = string | number | boolean | null | EventListener;

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, Value> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child): child is Node | string => child !== null));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag: string, attributes: Record<string, string | number>, ...children: Node[]): SVGElement {
  const element = document.createElementNS(SVG, tag) as SVGElement;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** A button that acts on click; `look` is "primary", "plain" or "quiet" (one primary a screen). */
export function button(look: "primary" | "plain" | "quiet", act: () => void, ...children: Child[]): HTMLButtonElement {
  return el("button", { type: "button", class: `booth-button booth-${look}`, click: act }, ...children);
}

/** The heading that takes the focus when a screen appears, so that no stray Enter meets a button. */
export function heading(text: string, look = ""): HTMLHeadingElement {
  return el("h1", { class: `booth-h1 ${look}`.trim(), tabindex: -1 }, text);
}
