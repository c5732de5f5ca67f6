import { callStaff } from "./election.ts";
import { button } from "./element.ts";
import type { Booth } from "./frame.ts";
import { icon } from "./icons.ts";

/** Lights the lamp on the desk screen. It says so only when the desk was reached. */
export function helpButton(booth: Booth): HTMLButtonElement {
  const { words } = booth;
  const call = async (): Promise<void> => {
    const reached = await callStaff(true);
    help.replaceChildren(icon("hand"), reached ? words.called : words.callFailed);
  };
  const help = button("plain", () => void call(), icon("hand"), words.callStaff);
  help.classList.add("booth-help");
  help.setAttribute("aria-live", "polite");
  return help;
}
