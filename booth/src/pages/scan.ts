// The desk's card field. A scanner types the digits and Enter; here the card's key proves that the card
// lies on the desk, and only its public half and the proof go on: the visible field has no name.
//   <input data-card-scan data-uuid="…" data-nonce-url="…" data-deed="undo" data-mark="…">
// Enter (or the button of its form, which is never sent) dispatches a bubbling `card-scanned` event with
// {credential, nonce, proof}; data-mark is read at that moment.
import { parseCard, proveInHand } from "../client.ts";
import { Refusal } from "../refusal.ts";
import { inLanguage, sentence } from "../screen/language.ts";
import { icon, make } from "../screen/elements.ts";
import { postJson } from "../screen/requests.ts";

const T = inLanguage(
  {
    empty: "请扫描选票卡，或输入卡上的 30 位数字。",
    group: (n: number) => `第 ${n} 组有误，请再看一遍卡上的第 ${n} 组数字。`,
    answer: "服务器没有按约定回答。请刷新页面、重新登录后再扫。",
  },
  {
    empty: "Scan the ballot card, or type its 30 digits.",
    group: (n: number) => `Group ${n} is wrong; look at group ${n} on the card again.`,
    answer: "The server's answer cannot be read. Reload the page, sign in again and scan again.",
  },
);

/** What stands in the field, which is emptied, as a proof of the card; null after saying what is wrong. */
async function take(input: HTMLInputElement): Promise<CardInHand | null> {
  const card = parseCard(input.value);
  if (input.value.trim() === "" || !card.ok) {
    fail(input, input.value.trim() === "" ? T.empty : T.group(card.wrongGroup ?? 1));
    return null;
  }
  const about = (name: string): string => input.getAttribute(`data-${name}`) ?? "";
  input.readOnly = true;
  try {
    const nonce = await newNonce(about("nonce-url"));
    const asked = { digits: card.digits, uuid: about("uuid"), deed: about("deed"), mark: about("mark"), nonce };
    const shown = await proveInHand(asked);
    input.value = "";
    fail(input, "");
    return { ...shown, nonce };
  } catch (error) {
    fail(input, sentence(error));
    return null;
  } finally {
    input.readOnly = false;
  }
}

interface CardInHand {
  readonly credential: string;
  readonly nonce: string;
  readonly proof: unknown;
}

async function newNonce(url: string): Promise<string> {
  const answer = (await postJson(url, {})) as { nonce?: unknown } | null;
  if (typeof answer?.nonce === "string") return answer.nonce;
  throw new Refusal("SERVER_ANSWER", T.answer, T.answer);
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

function scan(input: HTMLInputElement): void {
  // What else the form asks for is told before the card is taken: no card is scanned twice for it.
  if (input.readOnly || input.form?.reportValidity() === false) return;
  void take(input).then((detail) => {
    if (detail !== null) input.dispatchEvent(new CustomEvent("card-scanned", { bubbles: true, detail }));
  });
}

document.addEventListener(
  "submit",
  (event) => {
    const input = (event.target as HTMLFormElement).querySelector<HTMLInputElement>("input[data-card-scan]");
    if (input === null) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    scan(input);
  },
  true,
);

document.addEventListener("keydown", (event) => {
  const input = event.target;
  if (event.key !== "Enter" || !(input instanceof HTMLInputElement) || !input.matches("[data-card-scan]")) return;
  event.preventDefault();
  scan(input);
});

for (const input of document.querySelectorAll<HTMLInputElement>("input[data-card-scan]")) {
  // A name would send the card's code to the server.
  input.removeAttribute("name");
  input.autocomplete = "off";
  input.inputMode = "numeric";
}
