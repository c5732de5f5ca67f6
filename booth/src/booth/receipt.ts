// The voter's receipt: the short tracker in four groups of four, and the QR code of the whole one beside it.
import { inFours, qrSvg, type SealedBallot } from "../client.ts";
import { el } from "./element.ts";
import type { Words } from "./words.ts";

export function receipt(sealed: SealedBallot, words: Words, lines: readonly string[]): HTMLElement {
  const groups = inFours(sealed.shortTracker);
  const code = el("div", { class: "booth-qr", role: "img", "aria-label": words.qr });
  const picture = new DOMParser().parseFromString(qrSvg(sealed.tracker), "image/svg+xml").documentElement;
  picture.setAttribute("aria-hidden", "true");
  code.append(document.importNode(picture, true));
  return el(
    "section",
    { class: "booth-receipt", "aria-label": words.receipt },
    el(
      "div",
      { class: "booth-receipt-text" },
      el("h2", {}, words.receipt),
      el("p", { class: "booth-hidden" }, words.receiptCode(groups.map((group) => [...group].join(" ")).join("，"))),
      el("div", { class: "booth-tracker", "aria-hidden": "true" }, ...groups.map((group) => el("span", {}, group))),
      ...lines.map((line) => el("p", {}, line)),
    ),
    code,
  );
}
