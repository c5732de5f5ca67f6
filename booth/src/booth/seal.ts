// From the sealed ballot to the box's answer. One ballot is sealed once; whatever the network does, the same
// bytes are sent until the box has answered.
import { sealBallot, type SealedBallot } from "../client.ts";
import { EMPTY } from "./cardentry.ts";
import { checkScreen } from "./check.ts";
import { doneScreen } from "./done.ts";
import { helpButton } from "./help.ts";
import type { Election } from "./election.ts";
import { button, el, heading } from "./element.ts";
import type { Booth, Draw, Screen } from "./frame.ts";
import { icon } from "./icons.ts";
import { receipt } from "./receipt.ts";
import { refusedScreen } from "./refused.ts";
import { Sending } from "./send.ts";
import { vectors, type Visit } from "./visit.ts";

/** Sealing is shown at least this long: a step that is not seen is not believed, and no tap runs through it. */
const SHOWN_MS = 900;

function frame(booth: Booth, rest: Pick<Screen, "main" | "foot" | "spoken"> & Partial<Screen>): Screen {
  return { name: "seal", place: booth.words.stepName(booth.steps, booth.words.cast), step: booth.steps, ...rest };
}

const spinner = (): HTMLElement => el("span", { class: "booth-spinner", "aria-hidden": "true" });

function banner(mark: Node, title: string, text: string, look = ""): HTMLElement {
  return el(
    "div",
    { class: `booth-banner ${look}`.trim() },
    el("span", { class: "booth-banner-mark" }, mark),
    el("div", {}, heading(title), el("p", { class: "booth-lead" }, text)),
  );
}

export const sealScreen: Draw = (booth) => {
  const { words } = booth;
  const visit = booth.visit as Visit;
  if (visit.sealed !== null) return sealedScreen(booth);
  void seal(booth, visit);
  return frame(booth, {
    main: [banner(spinner(), words.sealing, words.sealingWhat)],
    foot: [el("span", { class: "booth-gap" })],
    spoken: [words.sealing],
  });
};

async function seal(booth: Booth, visit: Visit): Promise<void> {
  if (visit.sealing) return;
  visit.sealing = true;
  const election = booth.election as Election;
  try {
    const shown = new Promise((resolve) => setTimeout(resolve, SHOWN_MS));
    const asked = { electionRecord: election.election, handle: visit.handle ?? 0, choices: vectors(election, visit) };
    const [sealed] = await Promise.all([sealBallot(asked), shown]);
    if (booth.visit !== visit) return;
    visit.sealed = sealed;
    visit.entry = EMPTY;
    booth.show(sealScreen);
  } catch {
    if (booth.visit === visit) booth.show(sealFailedScreen);
  } finally {
    visit.sealing = false;
  }
}

const sealFailedScreen: Draw = (booth) => {
  const { words } = booth;
  return frame(booth, {
    main: [banner(icon("alert"), words.sealFailed, words.sealFailedWhat, "booth-banner-warn")],
    foot: [
      button("plain", () => booth.show(checkScreen), icon("left"), words.previous),
      helpButton(booth),
      button("primary", () => booth.show(sealScreen), words.again),
    ],
    spoken: [words.sealFailed, words.sealFailedWhat],
  });
};

function sealedScreen(booth: Booth): Screen {
  const { words } = booth;
  const cast = button("primary", () => booth.show(castScreen), words.castIt, icon("right"));
  cast.classList.add("booth-deed");
  return frame(booth, {
    main: [banner(icon("lock"), words.sealed, words.sealedWhat), receiptOf(booth)],
    foot: [el("p", { class: "booth-note" }, icon("hand"), words.needHelp), cast],
    spoken: [words.sealed, words.sealedWhat],
  });
}

const receiptOf = (booth: Booth): HTMLElement =>
  receipt((booth.visit as Visit).sealed as SealedBallot, booth.words, [booth.words.receiptHow, booth.words.receiptWhat]);

/** Sends on first drawing, and shows how it stands on every later one. */
export const castScreen: Draw = (booth) => {
  const { words } = booth;
  const visit = booth.visit as Visit;
  const sealed = visit.sealed as SealedBallot;
  if (visit.sending === null) {
    booth.watchIdle(false);
    visit.sending = new Sending(sealed.ballot, sealed.tracker, () => answered(booth, visit));
    void visit.sending.run();
  }
  const { sending } = visit;
  const waiting = el("button", { type: "button", class: "booth-button booth-primary booth-deed", disabled: true }, words.casting);
  if (sending.retries === 0) {
    return frame(booth, {
      main: [banner(spinner(), words.casting, words.castingWhat), receiptOf(booth)],
      foot: [el("span", { class: "booth-gap" }), waiting],
      spoken: [],
    });
  }
  const count = el("p", { class: "booth-note" });
  const tick = (): void => void (count.textContent = words.retries(sending.retries, sending.seconds));
  const timer = setInterval(tick, 1000);
  tick();
  return frame(booth, {
    main: [banner(spinner(), words.retrying, words.retryingWhat, "booth-banner-warn"), receiptOf(booth)],
    foot: [helpButton(booth), count, waiting],
    spoken: [words.retrying, words.retryingWhat],
    leave: () => clearInterval(timer),
  });
};

function answered(booth: Booth, visit: Visit): void {
  const answer = visit.sending?.answer ?? null;
  if (booth.visit !== visit) return;
  if (answer === null) {
    // Later failures only count on: drawing again would take the focus and the voice back to the heading.
    if (visit.sending?.retries === 1) booth.show(castScreen);
    return;
  }
  booth.watchIdle(true);
  if (answer.kind === "refused") {
    booth.show(refusedScreen(answer));
    return;
  }
  visit.cast = true;
  booth.show(doneScreen);
}
