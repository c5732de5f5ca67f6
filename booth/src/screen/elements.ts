// Building a page piece by piece. Text goes in as text only: nothing here parses HTML.
import { sentence } from "./language.ts";

type Child = Node | string | null;

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | boolean> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false) continue;
    element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child): child is Node | string => child !== null));
  return element;
}

let nextId = 0;

export interface Field<T extends HTMLElement = HTMLInputElement> {
  readonly box: HTMLElement;
  readonly input: T;
  fail(sentence: string): void;
  clear(): void;
}

/** A labelled input with its hint and the place where its error is said. */
export function field(label: string, hint: string, attributes: Record<string, string | boolean>): Field {
  const id = `f${++nextId}`;
  const described = hint === "" ? `${id}-error` : `${id}-note ${id}-error`;
  const input = make("input", { id, "aria-describedby": described, ...attributes });
  const error = make("p", { id: `${id}-error`, class: "field-error", role: "alert" });
  const note = hint === "" ? null : make("p", { id: `${id}-note`, class: "field-note" }, hint);
  const box = make("div", { class: "field" }, make("label", { for: id }, label), input, note, error);
  return {
    box,
    input,
    fail(text) {
      error.replaceChildren(icon("alert"), make("span", {}, text));
      box.classList.add("field--wrong");
      input.setAttribute("aria-invalid", "true");
      input.focus();
    },
    clear() {
      error.replaceChildren();
      box.classList.remove("field--wrong");
      input.removeAttribute("aria-invalid");
    },
  };
}

export interface Status {
  readonly box: HTMLElement;
  /** Says what is going on, with a bar; total 0 = end not known. */
  working(text: string, done?: number, total?: number): void;
  done(text: string, ...more: Node[]): void;
  warn(text: string, ...more: Node[]): void;
  fail(error: unknown): void;
  clear(): void;
}

/** The one live region of a step: progress, then the verdict. */
export function status(): Status {
  const text = make("p", {});
  const bar = make("progress", { class: "bar", "aria-hidden": "true" });
  // The figures run on beside the bar, unread: a reader hears the sentence once, then the verdict.
  const figures = make("p", { class: "note", "aria-hidden": "true" });
  const more = make("div", { class: "stack stack--tight" });
  const words = make("div", { class: "stack stack--tight" }, text);
  const box = make("div", { "aria-live": "polite" });
  const show = (kind: string, sign: Icon, sentence: string, nodes: readonly Node[]): void => {
    // A live region is read again at every change: what stays the same is not written twice.
    if (text.textContent !== sentence) text.textContent = sentence;
    more.replaceChildren(...nodes);
    words.replaceChildren(text, ...(sign === "clock" ? [bar, figures] : []), ...(nodes.length > 0 ? [more] : []));
    box.replaceChildren(make("div", { class: `notice notice--${kind}` }, icon(sign), words));
  };
  return {
    box,
    working(sentence, done = 0, total = 0) {
      if (!words.contains(bar) || text.textContent !== sentence) show("act", "clock", sentence, []);
      figures.textContent = total > 1 ? `${done} / ${total}` : "";
      if (total > 0) {
        bar.max = total;
        bar.value = done;
      } else bar.removeAttribute("value");
    },
    done: (sentence, ...nodes) => show("ok", "check", sentence, nodes),
    warn: (sentence, ...nodes) => show("warn", "alert", sentence, nodes),
    fail: (error) => show("bad", "x", sentence(error), []),
    clear: () => box.replaceChildren(),
  };
}

/** One thing at a time: the form's button is off while its deed runs, and the deed's refusal is said in `status`. */
export function onSubmit(form: HTMLFormElement, said: Status, deed: () => Promise<void>): void {
  const button = form.querySelector<HTMLButtonElement>("button:not([type=button])");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (button?.disabled === true) return;
    if (button !== null) button.disabled = true;
    deed()
      .catch((error: unknown) => said.fail(error))
      .finally(() => button !== null && (button.disabled = false));
  });
}

/** Offers bytes as a file, without a server: a blob that is let go after the click. */
export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = make("a", { href: url, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** An SVG text made by this program, as a picture a reader is told the meaning of. */
export function picture(svg: string, label: string): SVGElement {
  const root = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  root.setAttribute("role", "img");
  root.setAttribute("aria-label", label);
  return document.importNode(root, true) as unknown as SVGElement;
}

const ICONS = {
  check: "M5 12.5 10 17.5 19 7",
  alert: "M12 4 21 20H3ZM12 10v4M12 17v.2",
  x: "M6 6 18 18M18 6 6 18",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM12 7v5l3.5 2",
} as const;

export type Icon = keyof typeof ICONS;

/** Always beside a word, so hidden from readers. */
export function icon(name: Icon): SVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  const drawn = { class: "icon", viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", "stroke-width": "2", "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" };
  for (const [attribute, value] of Object.entries(drawn)) svg.setAttribute(attribute, value);
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** Text that people compare by eye: groups of four, each its own tile. */
export function tiles(text: string): HTMLElement {
  const groups = text.match(/.{1,4}/g) ?? [];
  return make("span", { class: "tracker" }, ...groups.map((group) => make("span", { class: "tracker-group" }, group)));
}
