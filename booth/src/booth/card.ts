import { openCard, parseCard } from "../client.ts";
import { cameraOffered, openCamera } from "./camera.ts";
import { complete, current, EMPTY, erase, fill, GROUPS, press, stateOf, type Entry } from "./cardentry.ts";
import type { Election } from "./election.ts";
import { button, el, heading, svg } from "./element.ts";
import type { Booth, Draw } from "./frame.ts";
import { icon } from "./icons.ts";
import { officeScreen } from "./office.ts";
import type { Visit } from "./visit.ts";

const CHANGED = "booth-card-changed";

/** A whole code arrived from the scanner: go on if it is right, say what is wrong if not. */
export function cardScanned(booth: Booth, text: string): void {
  const visit = booth.visit as Visit;
  const parsed = parseCard(text);
  if (parsed.ok) {
    visit.entry = parsed.digits.includes("-") ? EMPTY : fill(parsed.digits);
    void open(booth, parsed.digits);
  } else if (/^[0-9]{30}$/.test(text)) {
    visit.entry = fill(text);
  } else if (/^[0-9]+$/.test(text)) {
    // Part of a card: a hand that types fast, or a scanner that stopped for breath. Its digits are in already.
    enter(booth);
    return;
  } else {
    visit.entry = EMPTY;
    document.dispatchEvent(new CustomEvent(CHANGED, { detail: booth.words.notACard }));
    return;
  }
  document.dispatchEvent(new CustomEvent(CHANGED));
}

function enter(booth: Booth): void {
  const { entry } = booth.visit as Visit;
  if (complete(entry)) void open(booth, entry.join(""));
}

async function open(booth: Booth, code: string): Promise<void> {
  const visit = booth.visit as Visit;
  const election = booth.election as Election;
  document.dispatchEvent(new CustomEvent(CHANGED, { detail: booth.words.readingCard }));
  try {
    const { handle } = await openCard(code, election.uuid);
    if (booth.visit !== visit || visit.handle !== null) return;
    visit.handle = handle;
    booth.show(officeScreen(0));
  } catch {
    if (booth.visit === visit) document.dispatchEvent(new CustomEvent(CHANGED, { detail: booth.words.notACard }));
  }
}

export const cardScreen: Draw = (booth) => {
  const { words } = booth;
  const visit = booth.visit as Visit;
  // Whoever comes back here may put in another card; the digits stay until the ballot is sealed.
  visit.handle = null;
  const boxes = Array.from({ length: GROUPS }, () => el("li", { class: "booth-group" }));
  const said = el("p", { class: "booth-card-said", role: "alert" });
  const hint = el("p", { class: "booth-note", role: "status" }, icon("lock"), words.noName);
  const next = button("primary", () => void open(booth, visit.entry.join("")), words.next, icon("right"));

  const paint = (message = ""): void => {
    boxes.forEach((box, group) => paintGroup(booth, box, visit.entry, group));
    const group = current(visit.entry);
    const wrong = group < GROUPS && stateOf(visit.entry, group) === "wrong";
    const text = message || (wrong ? words.groupWrong(group + 1) : "");
    said.replaceChildren(...(text ? [icon(message === words.readingCard ? "clock" : "alert"), text] : []));
    said.classList.toggle("booth-card-bad", text !== "" && message !== words.readingCard);
    next.disabled = !complete(visit.entry) || message === words.readingCard;
  };
  const set = (entry: Entry): void => {
    visit.entry = entry;
    paint();
  };
  const changed = (event: Event): void => paint((event as CustomEvent<string | undefined>).detail ?? "");
  document.addEventListener(CHANGED, changed);
  paint();

  const scan = scanPart(booth);
  const digit = (pressed: string): void => set(press(visit.entry, pressed));
  return {
    name: "card",
    place: words.stepName(1, words.card),
    step: 1,
    main: [
      scan.part,
      el(
        "section",
        { class: "booth-pad", "aria-label": words.digits },
        el("div", { class: "booth-pad-head" }, el("strong", {}, words.digits), el("span", {}, words.sixByFive)),
        el("ol", { class: "booth-groups" }, ...boxes),
        said,
        keypad(booth, digit, () => set(erase(visit.entry)), () => set(EMPTY)),
      ),
    ],
    foot: [button("plain", () => void booth.reset(), icon("left"), words.back), hint, next],
    spoken: [words.scanCard, words.scanHow, words.typeHow.landscape, words.noName],
    digit,
    erase: () => set(erase(visit.entry)),
    enter: () => enter(booth),
    scanned: (text) => cardScanned(booth, text),
    leave: () => {
      scan.stop();
      document.removeEventListener(CHANGED, changed);
    },
  };
};

/** What to do with the card, and the camera where there is one. */
function scanPart(booth: Booth): { part: HTMLElement; stop(): void } {
  const { words } = booth;
  const how = el(
    "p",
    { class: "booth-lead" },
    el("span", {}, words.scanHow),
    " ",
    el("span", { class: "booth-landscape" }, words.typeHow.landscape),
    el("span", { class: "booth-portrait-only" }, words.typeHow.portrait),
  );
  const part = el("section", { class: "booth-scan" }, heading(words.scanCard), how, scanPicture());
  let left = false;
  let stop = (): void => undefined;
  const look = async (): Promise<void> => {
    const video = el("video", { class: "booth-scan-picture", autoplay: true, muted: true, playsinline: true, "aria-label": words.cameraView });
    try {
      stop = await openCamera(video, (text) => cardScanned(booth, text));
      part.querySelector(".booth-scan-picture")?.replaceWith(video);
      camera.remove();
      if (left) stop();
    } catch {
      document.dispatchEvent(new CustomEvent(CHANGED, { detail: words.noCamera }));
    }
  };
  const camera = button("plain", () => void look(), icon("scan"), words.useCamera);
  if (cameraOffered()) part.append(camera);
  return {
    part,
    stop: () => {
      left = true;
      stop();
    },
  };
}

function paintGroup(booth: Booth, box: HTMLElement, entry: Entry, group: number): void {
  const { words } = booth;
  const digits = entry[group] ?? "";
  const state = stateOf(entry, group);
  const here = current(entry) === group && state !== "wrong";
  box.className = `booth-group booth-group-${state}${here ? " booth-group-here" : ""}`;
  const name = state === "right" ? words.groupRight(group + 1) : state === "wrong" ? words.groupWrong(group + 1) : "";
  const mark = state === "right" ? icon("check") : state === "wrong" ? icon("cross") : null;
  box.replaceChildren(
    el("span", { class: "booth-hidden" }, `${words.group(group + 1, digits)} ${name}`),
    el("span", { class: "booth-digits", "aria-hidden": "true" }, digits),
    ...(mark ? [mark] : []),
  );
}

function keypad(booth: Booth, digit: (digit: string) => void, back: () => void, clear: () => void): HTMLElement {
  const key = (act: () => void, ...children: (Node | string)[]): HTMLButtonElement =>
    el("button", { type: "button", class: "booth-key", click: act }, ...children);
  const erasing = key(back, icon("backspace"));
  erasing.setAttribute("aria-label", booth.words.erase);
  const clearing = key(clear, booth.words.clear);
  clearing.classList.add("booth-key-word");
  const digits = [..."123456789"].map((each) => key(() => digit(each), each));
  return el("div", { class: "booth-keys" }, ...digits, clearing, key(() => digit("0"), "0"), erasing);
}

/** A card held to the scanner; the pattern is only a drawing. */
function scanPicture(): SVGElement {
  const block = (x: number, y: number, size: number): SVGElement => svg("rect", { x, y, width: size, height: size });
  const corner = (x: number, y: number): SVGElement[] => [svg("path", { d: `M${x} ${y}h24v24h-24zm5 5v14h14v-14z`, "fill-rule": "evenodd" }), block(x + 8, y + 8, 8)];
  const dots = Array.from({ length: 90 }, (_, i) => [i % 10, Math.floor(i / 10)] as const)
    .filter(([x, y]) => Math.sin(x * 12.9 + y * 78.2 + 1) > -0.1 && !(x < 4 && y < 4) && !(x > 5 && y < 4) && !(x < 4 && y > 5))
    .map(([x, y]) => block(92 + x * 8, 108 + y * 8.4, 7));
  return svg(
    "svg",
    { class: "booth-scan-picture", viewBox: "0 0 584 256", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: "M262 74L340 100V168L262 182z", class: "scene-beam" }),
    svg("g", { transform: "rotate(-4 170 128)" }, svg("rect", { x: 68, y: 54, width: 206, height: 146, rx: 14, class: "scene-card" }), svg("path", { d: "M68 82V68a14 14 0 0 1 14-14H260a14 14 0 0 1 14 14V82z", class: "scene-red" }), svg("g", { class: "scene-qr" }, ...corner(90, 104), ...corner(148, 104), ...corner(90, 162), ...dots), ...[110, 130, 150, 170].map((y, i) => svg("rect", { x: 192, y, width: [66, 58, 66, 40][i] ?? 50, height: 9, rx: 4, class: "scene-line" }))),
    svg("rect", { x: 320, y: 28, width: 200, height: 202, rx: 22, class: "scene-scanner" }),
    svg("rect", { x: 340, y: 62, width: 130, height: 134, rx: 10, class: "scene-glass" }),
    svg("path", { d: "M352 128H458", class: "scene-laser" }),
  );
}
