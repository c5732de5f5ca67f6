// One size and one ground for every candidate; without a photo the surname stands there.
import { surname, type Candidate } from "./election.ts";
import { el } from "./element.ts";

export function portrait(candidate: Candidate): HTMLElement {
  const frame = el("span", { class: "booth-portrait", lang: "zh-Hans" });
  const fallback = (): void => frame.replaceChildren(el("span", { class: "booth-surname", "aria-hidden": "true" }, surname(candidate.name)));
  if (candidate.photo === null) fallback();
  else frame.append(el("img", { src: candidate.photo, alt: "", draggable: "false", error: fallback }));
  return frame;
}

/** Never cut and never broken inside; only behind the dot of a transcribed name. */
export function personName(name: string, tag: "span" | "h2" = "span"): HTMLElement {
  const length = [...name].length;
  const size = length <= 3 ? "" : length === 4 ? "booth-name-4" : "booth-name-long";
  const parts = name.split(/(?<=[·・‧])/);
  return el(tag, { class: `booth-name ${size}`.trim(), lang: "zh-Hans" }, ...parts.flatMap((part, i) => (i ? [el("wbr"), part] : [part])));
}
