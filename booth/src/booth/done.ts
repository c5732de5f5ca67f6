import type { SealedBallot } from "../client.ts";
import type { Election } from "./election.ts";
import { button, el, heading, svg } from "./element.ts";
import type { Booth, Draw } from "./frame.ts";
import { icon } from "./icons.ts";
import { paperBallot } from "./paperballot.ts";
import { receipt } from "./receipt.ts";
import type { Visit } from "./visit.ts";

const MORE_SECONDS = 30;
const RADIUS = 32;
const ROUND = 2 * Math.PI * RADIUS;

/** Counts down by the clock; the screen may be drawn again without starting anew. */
export const doneScreen: Draw = (booth) => {
  const { words } = booth;
  const visit = booth.visit as Visit;
  const first = (booth.election as Election).done_seconds;
  visit.leaving ??= { at: Date.now() + first * 1000, of: first };
  // The countdown is this screen's own time-out, shorter than the idle watch.
  booth.watchIdle(false);
  const ring = countdown(booth, visit);
  const onPaper = booth.election?.legal_record === "paper";
  const paper = onPaper && !visit.printed ? paperBallot(booth.election as Election, visit) : null;
  if (paper) {
    visit.printed = true;
    document.body.append(paper);
    // Gone with the print: no copy waits in the page, whatever ends it first.
    window.addEventListener("pagehide", () => paper.remove(), { once: true });
    window.addEventListener("afterprint", () => paper.remove(), { once: true });
    // After this screen stands, so that nobody waits for a printer before the words are there.
    setTimeout(() => window.print(), 0);
  }
  const more = (): void => {
    const left = secondsLeft(visit) + MORE_SECONDS;
    visit.leaving = { at: Date.now() + left * 1000, of: left };
    ring.paint();
  };
  return {
    name: "done",
    place: booth.election?.kiosk ?? words.booth,
    main: [
      el("span", { class: "booth-done-mark", "aria-hidden": "true" }, icon("check")),
      heading(words.done, "booth-done-title"),
      el("p", { class: "booth-lead" }, onPaper ? words.paperTake : words.doneWhat),
      receipt(visit.sealed as SealedBallot, words, [words.doneReceipt]),
    ],
    foot: [ring.picture, ring.text, button("plain", more, icon("clock"), words.more), button("primary", () => void booth.reset(), words.enough)],
    spoken: [words.done, onPaper ? words.paperTake : words.doneWhat],
    leave: ring.stop,
  };
};

const secondsLeft = (visit: Visit): number => Math.max(0, Math.ceil(((visit.leaving?.at ?? 0) - Date.now()) / 1000));

function countdown(booth: Booth, visit: Visit): { picture: HTMLElement; text: HTMLElement; paint(): void; stop(): void } {
  const arc = svg("circle", { cx: 36, cy: 36, r: RADIUS, class: "booth-ring-left", "stroke-dasharray": ROUND });
  const number = el("span", { class: "booth-ring-number" });
  const rest = svg("circle", { cx: 36, cy: 36, r: RADIUS, class: "booth-ring-rest" });
  const picture = el("div", { class: "booth-ring", "aria-hidden": "true" }, svg("svg", { viewBox: "0 0 72 72" }, rest, arc), number);
  const text = el("p", { class: "booth-note" });
  const paint = (): void => {
    const left = secondsLeft(visit);
    const [bold, after] = booth.words.resetIn(left);
    arc.setAttribute("stroke-dashoffset", String(ROUND * (1 - left / (visit.leaving?.of ?? 1))));
    number.textContent = String(left);
    text.replaceChildren(el("strong", {}, bold), after);
    if (left === 0) void booth.reset();
  };
  const timer = setInterval(paint, 250);
  paint();
  return { picture, text, paint, stop: () => clearInterval(timer) };
}
