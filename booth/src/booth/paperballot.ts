// The marked paper ballot that the tablet prints for the box, where the law's record is paper. It carries the marks
// and nothing else: no tracker, no card, no time, so that no paper can be told from another with the same marks.
import { UNDECIDED } from "./choices.ts";
import type { Election } from "./election.ts";
import { el } from "./element.ts";
import type { Visit } from "./visit.ts";
import type { Words } from "./words.ts";

/** Shown to the printer only (booth.css); on the screen it takes no place. */
export function paperBallot(election: Election, visit: Visit, words: Words): HTMLElement {
  const offices = election.offices.map((office, index) => {
    const choice = visit.choices[index] ?? UNDECIDED;
    const lines = office.candidates.map((one, position) =>
      el("li", {}, choice.picked.includes(position) ? "☑ " : "☐ ", one.name),
    );
    const blank = el("li", {}, choice.blank ? "☑ " : "☐ ", words.blankOnPaper);
    return el("section", {}, el("h2", {}, office.title), el("ul", {}, ...lines, blank));
  });
  return el("div", { class: "booth-paper", "aria-hidden": "true" }, el("h1", {}, election.title), ...offices);
}
