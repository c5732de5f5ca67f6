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
  const described = hint === "" ? `${id}-error` : `${id}-hint ${id}-error`;
  const input = make("input", { id, "aria-describedby": described, ...attributes });
  const error = make("p", { id: `${id}-error`, class: "field-error", role: "alert" });
  const box = make(
    "div",
    { class: "field" },
    make("label", { for: id }, label),
    input,
    hint === "" ? null : make("p", { id: `${id}-hint`, class: "field-hint" }, hint),
    error,
  );
  return {
    box,
    input,
    fail(text) {
      error.textContent = text;
      input.setAttribute("aria-invalid", "true");
      input.focus();
    },
    clear() {
      error.textContent = "";
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
  const text = make("p", { class: "status-text" });
  const bar = make("progress", { class: "progress", hidden: true });
  const more = make("div", { class: "status-more" });
  const box = make("div", { class: "status", "aria-live": "polite", hidden: true }, text, bar, more);
  let spoken = "";
  const show = (kind: string, sentence: string, nodes: Node[] = []): void => {
    box.hidden = false;
    box.className = `status ${kind}`;
    bar.hidden = true;
    // A live region is read again at every change: the same words are not written twice.
    if (spoken !== sentence) text.textContent = spoken = sentence;
    more.replaceChildren(...nodes);
  };
  return {
    box,
    working(sentence, done = 0, total = 0) {
      show("notice", sentence);
      bar.hidden = false;
      bar.setAttribute("aria-label", sentence);
      if (total > 0) {
        bar.max = total;
        bar.value = done;
      } else bar.removeAttribute("value");
    },
    done: (sentence, ...nodes) => show("notice ok", sentence, nodes),
    warn: (sentence, ...nodes) => show("notice warn", sentence, nodes),
    fail: (error) => show("notice bad", sentence(error)),
    clear() {
      box.hidden = true;
      spoken = "";
    },
  };
}

/** One thing at a time: the form's button is off while its deed runs, and the deed's refusal is said in `status`. */
export function onSubmit(form: HTMLFormElement, said: Status, deed: () => Promise<void>): void {
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (button === null || button.disabled) return;
    button.disabled = true;
    deed()
      .catch((error: unknown) => said.fail(error))
      .finally(() => (button.disabled = false));
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

/** Text that people compare by eye: groups of four, each its own tile. */
export function tiles(text: string): HTMLElement {
  const groups = text.match(/.{1,4}/g) ?? [];
  return make("span", { class: "tracker" }, ...groups.map((group) => make("span", { class: "tracker-group" }, group)));
}
