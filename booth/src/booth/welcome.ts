import { newVisit } from "./visit.ts";
import { cardScreen, cardScanned } from "./card.ts";
import { fetchElection, NotPaired, pollState, type Election } from "./election.ts";
import { button, el } from "./element.ts";
import type { Booth, Draw, Screen } from "./frame.ts";
import { icon } from "./icons.ts";
import { scene } from "./scene.ts";

const REFRESH_SECONDS = 20;

/** Breaks a long title after the community's name rather than anywhere. */
function titleParts(title: string): HTMLElement[] {
  return title.split(/(?<=社区|小区|村)(?=.{4})/).map((part) => el("span", { class: "booth-phrase" }, part));
}

export const welcomeScreen: Draw = (booth) => {
  const { words } = booth;
  const election = booth.election as Election;
  const state = pollState(election.state);
  const begin = (): void => {
    booth.visit = newVisit(election);
    booth.show(cardScreen);
  };
  const title = el("h1", { class: "booth-h1 booth-title", tabindex: -1, lang: "zh-Hans" }, ...titleParts(election.title));
  const lines = el("div", { class: "booth-welcome-text" }, day(booth, election), title);
  if (state === "open") {
    lines.append(
      el("p", { class: "booth-lead" }, el("span", {}, words.alone), " ", el("span", {}, words.minutes)),
      button("primary", begin, words.begin, icon("right")),
    );
    lines.lastElementChild?.classList.add("booth-deed");
  } else {
    lines.append(
      el("div", { class: "booth-shut", role: "status" }, icon(state === "paused" ? "pause" : "clock"), el("div", {}, el("strong", {}, words[state]), el("p", {}, words[`${state}What`]))),
    );
  }
  return {
    name: "welcome",
    place: election.kiosk ?? words.booth,
    title: election.hall || election.title,
    main: [lines, scene()],
    foot: [el("p", { class: "booth-note" }, icon("hand"), words.needHelp)],
    spoken: state === "open" ? [election.title, words.alone, words.minutes, words.begin] : [election.title, words[state], words[`${state}What`]],
    scanned: (text) => {
      if (state !== "open") return;
      begin();
      cardScanned(booth, text);
    },
    leave: keepFresh(booth),
  } satisfies Screen;
};

function day(booth: Booth, election: Election): HTMLElement | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(election.day ?? "");
  if (parts === null) return null;
  const date = new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]));
  return el("p", { class: "booth-date" }, booth.words.date(date));
}

/** The welcome asks now and then whether the poll has been paused or opened; no other screen asks anything. */
function keepFresh(booth: Booth): () => void {
  const timer = setInterval(async () => {
    try {
      const fresh = await fetchElection();
      if (booth.visit !== null || booth.election === null) return;
      const changed = fresh.state !== booth.election.state || fresh.uuid !== booth.election.uuid;
      // Another election on this tablet needs its own tables in the worker: a new document makes them.
      if (fresh.uuid !== booth.election.uuid) void booth.reset();
      else if (changed) {
        booth.election = fresh;
        booth.show(welcomeScreen);
      }
    } catch (error) {
      if (error instanceof NotPaired) void booth.reset();
    }
  }, REFRESH_SECONDS * 1000);
  return () => clearInterval(timer);
}

