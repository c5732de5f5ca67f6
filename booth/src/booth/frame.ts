// The frame around every screen: head with the reading tools, main part, foot with the deeds, dialogs, idle watch.
import { forget } from "../client.ts";
import { Reader } from "./aloud.ts";
import type { Visit } from "./visit.ts";
import type { Election } from "./election.ts";
import { button, el, heading } from "./element.ts";
import { icon, sign } from "./icons.ts";
import { watchIdle, type IdleWatch } from "./idle.ts";
import { listenForScanner } from "./scanner.ts";
import { otherWords, wordsFor, type Words } from "./words.ts";

export interface Screen {
  readonly name: string;
  /** The second line of the head. */
  readonly place: string;
  readonly title?: string;
  /** 1-based step; none on welcome and done. */
  readonly step?: number;
  readonly main: readonly Node[];
  readonly foot: readonly Node[];
  readonly spoken: readonly string[];
  /** Lines that tell a choice: read only after the voter has agreed, for others may hear. */
  readonly secret?: readonly string[];
  readonly digit?: (digit: string) => void;
  readonly erase?: () => void;
  readonly enter?: () => void;
  readonly scanned?: (text: string) => void;
  readonly leave?: () => void;
}

/** Draws a screen from what the booth and the visit hold, so that it can be drawn again in another language. */
export type Draw = (booth: Booth) => Screen;

export interface Question {
  readonly title: string;
  readonly body: readonly (Node | string)[];
  /** First the safe answer: it gets Escape too. */
  readonly answers: readonly { readonly text: string; readonly primary?: boolean; readonly act?: () => void }[];
  readonly look?: string;
}

const GRACE_SECONDS = 60;
const DOUBLE_TAP_MS = 400;

export class Booth {
  words: Words;
  visit: Visit | null = null;
  election: Election | null = null;
  readonly reader: Reader;
  private screen: Screen | null = null;
  private draw: Draw | null = null;
  private idle: IdleWatch | null = null;
  private resetting = false;
  private question: { dialog: HTMLDialogElement; text: HTMLElement } | null = null;

  constructor(private readonly root: HTMLElement) {
    this.words = wordsFor(document.documentElement.lang);
    this.reader = new Reader(this.words.lang, () => this.refreshTools());
    this.reader.spoken = () => this.idle?.touch();
    listenForScanner({
      digit: (digit) => this.undisturbed()?.digit?.(digit),
      erase: () => this.undisturbed()?.erase?.(),
      enter: () => this.undisturbed()?.enter?.(),
      scanned: (text) => this.undisturbed()?.scanned?.(text),
    });
    document.addEventListener("contextmenu", (event) => event.preventDefault());
    window.addEventListener("pageshow", (event) => event.persisted && void this.reset());
    window.addEventListener("pagehide", () => this.root.replaceChildren());
  }

  /** Keys of a scanner reach a screen only when no question stands before it. */
  private undisturbed(): Screen | null {
    return document.querySelector("dialog[open]") === null ? this.screen : null;
  }

  show(draw: Draw): void {
    this.draw = draw;
    this.screen?.leave?.();
    this.reader.stop();
    const screen = draw(this);
    this.screen = screen;
    this.paint(screen);
    this.root.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
    this.reader.read(screen.spoken);
  }

  private paint(screen: Screen): void {
    const foot = el("footer", { class: "booth-foot", inert: true }, ...screen.foot);
    // The second tap of a double tap must not press what has just appeared under the finger.
    setTimeout(() => foot.removeAttribute("inert"), DOUBLE_TAP_MS);
    const steps = screen.step === undefined ? null : this.stepBar(screen.step);
    this.root.dataset.screen = screen.name;
    this.root.replaceChildren(
      this.head(screen),
      el("main", { class: `booth-main screen-${screen.name}`, id: "main" }, steps, ...screen.main),
      foot,
    );
  }

  get steps(): number {
    return (this.election?.offices.length ?? 0) + 3;
  }

  private stepBar(step: number): HTMLElement {
    const segments = Array.from({ length: this.steps }, (_, index) =>
      el("span", { class: index < step ? "booth-step booth-step-on" : "booth-step" }),
    );
    return el("div", { class: "booth-steps", "aria-hidden": "true" }, ...segments);
  }

  private head(screen: Screen): HTMLElement {
    const words = this.words;
    const title = screen.title ?? this.election?.title ?? "";
    return el(
      "header",
      { class: "booth-head" },
      sign(),
      el("div", { class: "booth-where" }, el("strong", { lang: "zh-Hans" }, title), el("span", {}, screen.place)),
      el(
        "div",
        { class: "booth-tools" },
        this.tool("sound", words.readAloud, this.reader.on, () => this.toggleReading()),
        this.tool("contrast", words.contrast, this.contrast, () => this.toggleContrast()),
        el(
          "button",
          { type: "button", class: "booth-tool booth-language", lang: otherWords(words).lang, "aria-label": words.otherLanguageName, click: () => this.switchLanguage() },
          words.otherLanguage,
        ),
      ),
    );
  }

  private tool(name: "sound" | "contrast", text: string, pressed: boolean, act: () => void): HTMLButtonElement {
    const hidden = name === "sound" && !this.reader.available;
    return el(
      "button",
      { type: "button", class: `booth-tool booth-tool-${name}`, "aria-pressed": String(pressed), hidden, click: act },
      icon(name),
      text,
    );
  }

  private refreshTools(): void {
    const sound = this.root.querySelector<HTMLButtonElement>(".booth-tool-sound");
    const contrast = this.root.querySelector<HTMLButtonElement>(".booth-tool-contrast");
    if (sound) sound.hidden = !this.reader.available;
    sound?.setAttribute("aria-pressed", String(this.reader.on));
    contrast?.setAttribute("aria-pressed", String(this.contrast));
  }

  private toggleReading(): void {
    const { screen, words } = this;
    this.reader.toggle();
    if (screen === null) return;
    if (!this.reader.on || screen.secret === undefined) {
      this.reader.read(screen.spoken);
      return;
    }
    const everything = [...screen.spoken, ...screen.secret];
    this.ask({
      title: words.readChoices,
      body: [words.readChoicesRisk],
      answers: [
        { text: words.dontRead, primary: true, act: () => this.reader.toggle() },
        { text: words.doRead, act: () => this.reader.read(everything) },
      ],
    });
  }

  private get contrast(): boolean {
    return document.documentElement.dataset.theme === "contrast";
  }

  private toggleContrast(): void {
    if (this.contrast) delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = "contrast";
    this.refreshTools();
  }

  private switchLanguage(): void {
    this.words = otherWords(this.words);
    document.documentElement.lang = this.words.lang;
    this.reader.speakIn(this.words.lang);
    if (this.draw) this.show(this.draw);
  }

  /** A question over the screen; Escape is the first answer, the focus is on its heading. */
  ask(question: Question): HTMLDialogElement {
    const title = el("h2", { class: "booth-h2", id: "booth-question", tabindex: -1, autofocus: true }, question.title);
    const dialog = el("dialog", { class: `booth-dialog ${question.look ?? ""}`.trim(), "aria-labelledby": "booth-question" });
    const close = (act?: () => void): void => {
      dialog.close();
      dialog.remove();
      act?.();
    };
    const answers = question.answers.map(({ text, primary, act }) =>
      button(primary ? "primary" : "plain", () => close(act), text),
    );
    dialog.append(title, el("div", { class: "booth-dialog-body" }, ...question.body), el("div", { class: "booth-dialog-foot" }, ...answers));
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      close(question.answers[0]?.act);
    });
    this.root.append(dialog);
    dialog.showModal();
    return dialog;
  }

  startIdleWatch(quietSeconds: number): void {
    this.idle ??= watchIdle(quietSeconds, GRACE_SECONDS, { ask: (left) => this.askIdle(left), lapse: () => void this.reset() });
  }

  /** Off while a ballot is on its way: only the box's answer ends that screen. */
  watchIdle(on: boolean): void {
    if (on) this.idle?.resume();
    else this.idle?.pause();
  }

  private askIdle(left: number): void {
    const { words, visit } = this;
    if (visit === null && !this.contrast && !this.reader.on) {
      this.idle?.touch();
      return;
    }
    const text = visit === null || visit.cast ? words.idleStart(left) : words.idleWhat(left);
    if (this.question !== null) {
      this.question.text.textContent = text;
      return;
    }
    const here = (): void => {
      this.question = null;
      this.idle?.touch();
    };
    const paragraph = el("p", {}, text);
    const dialog = this.ask({ title: words.idle, body: [paragraph], answers: [{ text: words.here, primary: true, act: here }], look: "booth-dialog-idle" });
    this.question = { dialog, text: paragraph };
    this.reader.read([words.idle]);
  }

  /**
   * The clean welcome: a new document in place of this one; the worker and all it held end with it.
   * What the voter left is wiped first, so that nothing shows while a broken network keeps the document waiting.
   */
  async reset(): Promise<void> {
    if (this.resetting) return;
    this.resetting = true;
    this.idle?.pause();
    this.visit = null;
    this.draw = null;
    this.screen?.leave?.();
    this.screen = null;
    this.reader.on = false;
    this.reader.stop();
    this.root.replaceChildren();
    delete document.documentElement.dataset.theme;
    void forget().catch(() => undefined);
    const slow = setTimeout(() => this.show(drawWaiting("connecting")), 500);
    while (!(await reachable(this.home))) await new Promise((resolve) => setTimeout(resolve, 2000));
    clearTimeout(slow);
    location.replace(this.home);
  }

  private get home(): string {
    return this.root.dataset.home ?? "/booth";
  }
}

/** A navigation into a broken network would leave the browser's own error page standing in the booth. */
async function reachable(address: string): Promise<boolean> {
  try {
    return (await fetch(address, { cache: "no-store" })).status < 500;
  } catch {
    return false;
  }
}

/** Nothing to do but wait: for the network, or for the form of this election to be fixed. */
export const drawWaiting = (why: "connecting" | "before"): Draw => ({ words }) => ({
  name: "waiting",
  place: words.booth,
  main: [
    el("span", { class: "booth-spinner", "aria-hidden": "true" }),
    heading(words[why]),
    el("p", { class: "booth-lead" }, words[`${why}What`]),
  ],
  foot: [el("p", { class: "booth-note" }, icon("hand"), words.needHelp)],
  spoken: [words[why], words[`${why}What`]],
});
