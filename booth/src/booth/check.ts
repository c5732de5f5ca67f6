import { UNDECIDED } from "./choices.ts";
import type { Candidate, Election, Office } from "./election.ts";
import { button, el, heading } from "./element.ts";
import type { Booth, Draw } from "./frame.ts";
import { icon } from "./icons.ts";
import { officeScreen } from "./office.ts";
import { personName, portrait } from "./portrait.ts";
import { sealScreen } from "./seal.ts";
import type { Visit } from "./visit.ts";

const MOST_PORTRAITS = 3;

function picked(booth: Booth, office: Office, index: number): Candidate[] {
  const choice = (booth.visit as Visit).choices[index] ?? UNDECIDED;
  return choice.picked.map((position) => office.candidates[position] as Candidate);
}

function row(booth: Booth, office: Office, index: number): HTMLElement {
  const { words } = booth;
  const people = picked(booth, office, index);
  const left = office.seats - people.length;
  const names = people.map((each) =>
    el("span", { class: "booth-pick" }, people.length <= MOST_PORTRAITS ? portrait(each) : el("span", { class: "booth-number" }, String(each.number)), personName(each.name)),
  );
  const blank = el("span", { class: "booth-pick booth-pick-blank" }, el("span", { class: "booth-portrait" }, icon("minus")), el("span", { class: "booth-name" }, words.blank));
  const more = people.length > 0 && left > 0 ? el("span", { class: "booth-pick-more" }, icon("info"), words.mayAdd(left)) : null;
  const change = button("plain", () => booth.show(officeScreen(index, true)), icon("edit"), words.change);
  change.setAttribute("aria-label", words.changeOffice(office.title));
  return el(
    "li",
    { class: people.length > MOST_PORTRAITS ? "booth-row booth-row-many" : "booth-row" },
    el("div", { class: "booth-row-office" }, el("h2", { lang: "zh-Hans" }, office.title), el("span", {}, office.seats === 1 ? words.seatsOne : words.seatsMany(office.seats))),
    el("div", { class: "booth-picks" }, ...(people.length > 0 ? names : [blank]), more),
    change,
  );
}

export const checkScreen: Draw = (booth) => {
  const { words } = booth;
  const { offices } = booth.election as Election;
  const last = offices.length - 1;
  return {
    name: "check",
    place: words.stepName(booth.steps - 1, words.check),
    step: booth.steps - 1,
    main: [heading(words.checkAsk), el("ul", { class: "booth-rows" }, ...offices.map((office, index) => row(booth, office, index)))],
    foot: [
      button("plain", () => booth.show(officeScreen(last)), icon("left"), words.previous),
      button("primary", () => booth.show(sealScreen), words.sealIt, icon("right")),
    ],
    spoken: [words.checkAsk],
    secret: offices.map((office, index) => `${office.title}：${picked(booth, office, index).map((each) => each.name).join("、") || words.blank}`),
  };
};
