// The desk's card field. A scanner types the digits and Enter; the code is turned into the card's
// public credential here, and only that goes to the server: the visible field has no name.
//   <form …><input data-card-scan data-uuid="…"><input type="hidden" name="credential"></form>
// Without a form, Enter dispatches a bubbling `card-scanned` event with {credential}; in a form the
// event comes first, and unless it is prevented the form is sent.
import { parseCard, publicCredential } from "../client.ts";
import { inLanguage, sentence } from "../screen/language.ts";
import { icon, make } from "../screen/elements.ts";

const T = inLanguage(
  {
    empty: "请扫描选票卡，或输入卡上的 30 位数字。",
    group: (n: number) => `第 ${n} 组有误，请再看一遍卡上的第 ${n} 组数字。`,
  },
  {
    empty: "Scan the ballot card, or type its 30 digits.",
    group: (n: number) => `Group ${n} is wrong; look at group ${n} on the card again.`,
  },
);

const fieldIn = (form: HTMLFormElement): HTMLInputElement | null => form.querySelector("input[data-card-scan]");
const hiddenIn = (form: HTMLFormElement): HTMLInputElement | null => form.querySelector("input[type=hidden][name=credential]");

/** The public credential of what stands in the field, which is emptied; null after saying what is wrong. */
async function take(input: HTMLInputElement): Promise<string | null> {
  const card = parseCard(input.value);
  if (input.value.trim() === "" || !card.ok) {
    fail(input, input.value.trim() === "" ? T.empty : T.group(card.wrongGroup ?? 1));
    return null;
  }
  input.readOnly = true;
  try {
    const credential = await publicCredential(card.digits, input.getAttribute("data-uuid") ?? "");
    input.value = "";
    fail(input, "");
    return credential;
  } catch (error) {
    fail(input, sentence(error));
    return null;
  } finally {
    input.readOnly = false;
  }
}

function fail(input: HTMLInputElement, text: string): void {
  let line = input.parentElement?.querySelector<HTMLElement>(".card-scan-error") ?? null;
  if (line === null) {
    line = make("p", { class: "field-error card-scan-error", role: "alert", id: `${input.id || "card-scan"}-error` });
    input.after(line);
    input.setAttribute("aria-describedby", `${input.getAttribute("aria-describedby") ?? ""} ${line.id}`.trim());
  }
  line.replaceChildren(...(text === "" ? [] : [icon("alert"), make("span", {}, text)]));
  input.closest(".field")?.classList.toggle("field--wrong", text !== "");
  if (text === "") {
    input.removeAttribute("aria-invalid");
    return;
  }
  input.setAttribute("aria-invalid", "true");
  input.select();
}

function announce(input: HTMLInputElement, credential: string): boolean {
  return input.dispatchEvent(new CustomEvent("card-scanned", { bubbles: true, cancelable: true, detail: { credential } }));
}

/** Forms whose hidden field was filled from the card just read: their next submit goes through. */
const ready = new WeakSet<HTMLFormElement>();

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target as HTMLFormElement;
    const input = fieldIn(form);
    const hidden = hiddenIn(form);
    if (input === null || hidden === null || ready.delete(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (input.readOnly) return;
    const submitter = (event as SubmitEvent).submitter;
    void take(input).then((credential) => {
      if (credential === null) return;
      hidden.value = credential;
      if (!announce(input, credential)) return;
      ready.add(form);
      form.requestSubmit(submitter as HTMLElement | null);
    });
  },
  true,
);

document.addEventListener("keydown", (event) => {
  const input = event.target;
  if (event.key !== "Enter" || !(input instanceof HTMLInputElement) || !input.matches("[data-card-scan]")) return;
  if (input.form !== null && hiddenIn(input.form) !== null) return;
  event.preventDefault();
  if (input.readOnly) return;
  void take(input).then((credential) => credential !== null && announce(input, credential));
});

for (const input of document.querySelectorAll<HTMLInputElement>("input[data-card-scan]")) {
  // A name would send the card's code to the server.
  input.removeAttribute("name");
  input.autocomplete = "off";
  input.inputMode = "numeric";
}
