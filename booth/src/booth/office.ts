import { checkScreen } from "./check.ts";
import { BLANK, decided, tap, tapBlank, UNDECIDED, type Choice } from "./choices.ts";
import { cardScreen } from "./card.ts";
import type { Candidate, Election, Office } from "./election.ts";
import { button, el, heading } from "./element.ts";
import type { Booth, Draw, Screen } from "./frame.ts";
import { icon } from "./icons.ts";
import { personName, portrait } from "./portrait.ts";
import type { Visit } from "./visit.ts";
import type { Words } from "./words.ts";

const WARNING_MS = 4000;
const UNDO_MS = 5000;
const MOST_DOTS = 6;

const GRIDS = [6, 9, 12];

/** Every candidate stands on the one screen: the more there are, the denser the grid. */
function density(cells: number): string {
  const places = GRIDS.find((each) => cells <= each);
  return places === undefined ? "booth-grid-list" : `booth-grid-${places}`;
}

/** "女・52 岁", as far as it is known. */
export function about(candidate: Candidate, words: Words): string {
  return [words.sex(candidate.sex), candidate.age === null ? "" : words.years(candidate.age)].filter((part) => part !== "").join("・");
}

export function officeScreen(index: number, changing = false): Draw {
  return (booth) => new OfficeView(booth, index, changing).screen();
}

class OfficeView {
  private readonly words: Words;
  private readonly office: Office;
  private readonly visit: Visit;
  private readonly cards: HTMLElement[];
  private readonly blank: HTMLButtonElement;
  private readonly count = el("p", { class: "booth-count", role: "status" });
  private readonly say = el("div", { class: "booth-say" });
  private timer = 0;

  constructor(private readonly booth: Booth, private readonly index: number, private readonly changing: boolean) {
    this.words = booth.words;
    this.visit = booth.visit as Visit;
    this.office = (booth.election as Election).offices[index] as Office;
    this.cards = this.office.candidates.map((candidate, position) => this.card(candidate, position));
    this.blank = el(
      "button",
      { type: "button", class: "booth-blank", click: () => this.pressBlank() },
      el("span", { class: "booth-mark", "aria-hidden": "true" }, icon("check")),
      el("strong", {}, this.words.blank),
      el("span", {}, this.words.blankWhat(this.office.title)),
    );
    this.paint();
  }

  private get choice(): Choice {
    return this.visit.choices[this.index] ?? UNDECIDED;
  }

  screen(): Screen {
    const { words, office, booth, index } = this;
    const rule = words.rule(office.candidates.length, office.seats);
    return {
      name: "office",
      place: words.stepOf(index + 2, booth.steps),
      step: index + 2,
      main: [
        el("div", { class: "booth-office-head" }, heading(words.elect(office.title)), el("p", { class: "booth-rule" }, rule), this.count),
        this.grid(),
        this.last(),
      ],
      foot: [button("plain", () => this.previous(), icon("left"), words.previous), this.say, button("primary", () => this.next(), words.next, icon("right"))],
      spoken: [words.elect(office.title), rule, ...office.candidates.map((each) => words.candidate(each.number, each.name)), words.blank],
      leave: () => clearTimeout(this.timer),
    };
  }

  private get writeIn(): boolean {
    return (this.booth.election as Election).write_in[this.index] === true;
  }

  /** 另选他人 is the last cell of the grid, or stands beside 弃权 where the candidates fill the grid themselves. */
  private get writeInBelow(): boolean {
    const count = this.cards.length;
    return this.writeIn && (GRIDS.includes(count) || count > (GRIDS[GRIDS.length - 1] ?? 0));
  }

  private writeInText(): HTMLElement[] {
    const { words } = this;
    return [el("strong", { class: "booth-name" }, words.writeIn), el("span", {}, ...words.writeInWhat.flatMap((part) => [part.startsWith(" ") ? " " : "", el("span", { class: "booth-phrase" }, part.trim())]))];
  }

  private grid(): HTMLElement {
    const cells = [...this.cards];
    if (this.writeIn && !this.writeInBelow) {
      cells.push(el("li", { class: "booth-card booth-write-in" }, el("span", { class: "booth-portrait" }, icon("edit")), el("span", { class: "booth-facts" }, ...this.writeInText())));
    }
    return el("ul", { class: `booth-grid ${density(cells.length)}`, "aria-label": this.words.elect(this.office.title) }, ...cells);
  }

  private last(): HTMLElement {
    const below = this.writeInBelow ? el("p", { class: "booth-elsewhere" }, icon("edit"), ...this.writeInText()) : null;
    return el("div", { class: "booth-last" }, this.blank, below);
  }

  private card(candidate: Candidate, position: number): HTMLElement {
    const { words } = this;
    const choose = el(
      "button",
      { type: "button", class: "booth-choose", click: () => this.press(position) },
      portrait(candidate),
      el("span", { class: "booth-number" }, String(candidate.number), el("span", { class: "booth-hidden" }, ". ")),
      el("span", { class: "booth-facts" }, personName(candidate.name), el("span", { class: "booth-about" }, about(candidate, words)), el("span", { class: "booth-trade", lang: "zh-Hans" }, candidate.trade)),
      el("span", { class: "booth-mark", "aria-hidden": "true" }, icon("check")),
    );
    const more = el(
      "button",
      { type: "button", class: "booth-more", "aria-label": words.introductionOf(candidate.name), click: () => this.introduce(candidate) },
      icon("info"),
      words.introduction,
    );
    return el("li", { class: "booth-card" }, choose, more);
  }

  private introduce(candidate: Candidate): void {
    const { words } = this;
    const facts = [about(candidate, words), candidate.trade].filter((part) => part !== "").join("・");
    const text = candidate.introduction.trim() || words.noIntroduction;
    const body = el("div", { class: "booth-introduction", lang: "zh-Hans", tabindex: 0, role: "region", "aria-label": words.introductionOf(candidate.name) },
      ...text.split(/\n+/).map((line) => el("p", {}, line)));
    this.booth.ask({
      title: words.candidate(candidate.number, candidate.name),
      body: [el("div", { class: "booth-introduction-head" }, portrait(candidate), el("p", {}, facts)), body],
      answers: [{ text: words.close, primary: true }],
      look: "booth-dialog-wide",
    });
    this.booth.reader.read([candidate.name, facts, text]);
  }

  private press(position: number): void {
    const before = this.choice;
    const after = tap(before, position, this.office.seats);
    if (after === null) {
      this.refuse(position);
      return;
    }
    this.set(after);
    if (before.blank) this.offerUndo(this.words.clearedBlank, before);
  }

  private pressBlank(): void {
    const before = this.choice;
    this.set(tapBlank(before));
    if (before.picked.length > 0) this.offerUndo(this.words.clearedByBlank, before);
  }

  private set(choice: Choice): void {
    this.visit.choices[this.index] = choice;
    this.paint();
  }

  /** A tap too many changes nothing and says why. */
  private refuse(position: number): void {
    const candidate = this.office.candidates[position] as Candidate;
    const [before, after] = this.words.overChoice(this.office.seats);
    this.paint();
    this.cards[position]?.classList.add("booth-card-refused");
    this.message("alert", el("span", {}, before, el("strong", { lang: "zh-Hans" }, candidate.name), after));
    this.booth.reader.read([`${before}${candidate.name}${after}`]);
    this.later(WARNING_MS);
  }

  private offerUndo(text: string, before: Choice): void {
    this.message("status", el("span", {}, text), button("plain", () => this.set(before), icon("undo"), this.words.undo));
    this.later(UNDO_MS);
  }

  private later(milliseconds: number): void {
    this.timer = window.setTimeout(() => this.paint(), milliseconds);
  }

  private message(role: "alert" | "status", ...children: Node[]): void {
    clearTimeout(this.timer);
    this.say.setAttribute("role", role);
    this.say.classList.add("booth-say-warn");
    this.say.replaceChildren(icon(role === "alert" ? "alert" : "info"), ...children);
  }

  private paint(): void {
    const { words, office, choice } = this;
    clearTimeout(this.timer);
    this.cards.forEach((card, position) => {
      const chosen = choice.picked.includes(position);
      card.classList.remove("booth-card-refused");
      card.classList.toggle("booth-card-chosen", chosen);
      card.querySelector(".booth-choose")?.setAttribute("aria-pressed", String(chosen));
    });
    this.blank.setAttribute("aria-pressed", String(choice.blank));
    const left = office.seats - choice.picked.length;
    const text = choice.blank ? words.chosenBlank : left === 0 ? words.full(office.seats) : words.chosen(choice.picked.length);
    const dots = office.seats > MOST_DOTS || choice.blank ? [] : Array.from({ length: office.seats }, (_, i) => el("span", { class: i < choice.picked.length ? "booth-dot booth-dot-on" : "booth-dot" }));
    this.count.replaceChildren(el("span", { class: "booth-dots", "aria-hidden": "true" }, ...dots), text);
    this.say.removeAttribute("role");
    this.say.classList.remove("booth-say-warn");
    const hint = !decided(choice) ? words.chooseUpTo(office.seats) : choice.blank || left === 0 ? "" : words.mayChooseMore(left);
    this.say.replaceChildren(el("span", {}, hint));
  }

  private previous(): void {
    if (this.changing) this.booth.show(checkScreen);
    else this.booth.show(this.index === 0 ? cardScreen : officeScreen(this.index - 1));
  }

  private next(): void {
    if (decided(this.choice)) {
      this.onward();
      return;
    }
    const abstain = (): void => {
      this.set(BLANK);
      this.onward();
    };
    this.message("alert", el("span", {}, this.words.nothingChosen), button("plain", abstain, this.words.blank), button("plain", () => this.back(), this.words.goChoose));
    this.booth.reader.read([this.words.nothingChosen]);
  }

  private back(): void {
    this.paint();
    this.cards[0]?.querySelector<HTMLElement>(".booth-choose")?.focus();
  }

  private onward(): void {
    const last = this.index + 1 >= (this.booth.election as Election).offices.length;
    this.booth.show(this.changing || last ? checkScreen : officeScreen(this.index + 1));
  }
}
