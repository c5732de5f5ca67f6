// The marked paper ballot that the tablet prints for the box, where the law's record is paper. It carries the marks
// and nothing else: no tracker, no card, no time, so that no paper can be told from another with the same marks.
// Its words are Chinese whatever the screen speaks, for the same reason.
import { UNDECIDED, type Choice } from "./choices.ts";
import type { Election, Office } from "./election.ts";
import { el } from "./element.ts";
import type { Visit } from "./visit.ts";

/** More names than this stand in two columns. */
const LONG = 16;

/** Shown to the printer only (booth.css); on the screen it takes no place. */
export function paperBallot(election: Election, visit: Visit): HTMLElement {
  const offices = election.offices.map((office, index) => section(office, visit.choices[index] ?? UNDECIDED));
  const lines = election.offices.reduce((sum, office) => sum + office.candidates.length + 1, 0);
  return el(
    "div",
    { class: lines > LONG ? "booth-paper booth-paper-long" : "booth-paper", "aria-hidden": "true", lang: "zh-Hans" },
    el("p", { class: "booth-paper-title" }, election.title, el("span", {}, "选票")),
    el("div", { class: "booth-paper-offices" }, ...offices),
    el("p", {}, "○ 是您在平板上选定的。请核对后折好，投入票箱；与您选的不符，请叫工作人员。"),
    el("p", { class: "booth-paper-seal" }, "选举委员会（盖章）"),
  );
}

function section(office: Office, choice: Choice): HTMLElement {
  const lines = office.candidates.map((one, position) => line(one.name, choice.picked.includes(position)));
  return el("section", {}, el("p", { class: "booth-paper-office" }, `${office.title}（应选 ${office.seats} 人）`), el("ul", {}, ...lines, line("弃权", choice.blank)));
}

const line = (text: string, marked: boolean): HTMLElement => el("li", {}, el("span", { class: "booth-paper-mark" }, marked ? "○" : ""), text);
