// The box said no. Each reason has its own sentence and says what to do; the choices are not shown again.
import { button, el, heading } from "./element.ts";
import type { Draw } from "./frame.ts";
import { helpButton } from "./help.ts";
import { icon } from "./icons.ts";
import { castScreen } from "./seal.ts";
import type { Answer } from "./send.ts";
import type { Visit } from "./visit.ts";

type Refused = Extract<Answer, { kind: "refused" }>;

export function refusedScreen(answer: Refused): Draw {
  return (booth) => {
    const { words } = booth;
    const known = words.refused[answer.code];
    const [title, text] = known ?? (words.refused.OTHER as [string, string]);
    const paused = answer.code === "BOX_NOT_OPEN";
    const detail = words.lang === "en" ? answer.en : answer.zh;
    const again = (): void => {
      // The same sealed ballot: the box counts it once however often it arrives.
      (booth.visit as Visit).sending = null;
      booth.show(castScreen);
    };
    const leave = button(paused ? "plain" : "primary", () => void booth.reset(), words.toStart);
    return {
      name: "refused",
      place: words.stepName(booth.steps, words.cast),
      step: booth.steps,
      main: [
        el(
          "div",
          { class: `booth-refusal ${paused ? "booth-refusal-wait" : ""}`.trim() },
          el("span", { class: "booth-banner-mark" }, icon(paused ? "pause" : "card")),
          heading(title),
          el("p", { class: "booth-lead" }, text),
          known === undefined && detail !== "" ? el("p", { class: "booth-detail" }, el("strong", {}, `${words.forStaff}：`), detail) : null,
        ),
      ],
      foot: [helpButton(booth), el("span", { class: "booth-gap" }), leave, ...(paused ? [button("primary", again, words.again)] : [])],
      spoken: [title, text],
    };
  };
}
