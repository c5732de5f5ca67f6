// "Is my tracker there?" on the public board. The list is searched on the reader's own device,
// so the server does not learn which ballot somebody asks about.
//   <form data-tracker-lookup [data-trackers-url="…"]><input …></form>
// The list: JSON {"trackers": ["43 characters", …]} at data-trackers-url, else the [data-tracker] on this page.
import { parseTracker, shortFromFull } from "../crypto/trackers.ts";
import { onSubmit, status } from "../screen/elements.ts";
import { inLanguage } from "../screen/language.ts";
import { getJson } from "../screen/requests.ts";

const T = inLanguage(
  {
    form: "选票凭据是 4 组、每组 4 个字母或数字，没有 0、O、1、I；请看着凭据再输一遍。",
    looking: "正在查找…",
    found: "在。这张选票凭据在已公布的名单上。",
    missing: "已公布的名单上没有这张选票凭据。名单在投票中每隔一段时间公布一次：刚投的票请过一会儿再查；投票结束后仍查不到，请告诉监督委员。",
  },
  {
    form: "A tracker has 4 groups of 4 letters or digits, without 0, O, 1 and I; look at it and type it again.",
    looking: "Looking…",
    found: "Yes. This tracker is on the published list.",
    missing: "This tracker is not on the published list. During the poll the list is published from time to time: look again a little later; if it is missing after the poll, tell a supervisor.",
  },
);

async function published(form: HTMLFormElement): Promise<string[]> {
  const url = form.getAttribute("data-trackers-url");
  if (url === null) {
    return [...document.querySelectorAll("[data-tracker]")].map((item) => item.getAttribute("data-tracker") ?? "");
  }
  const { trackers } = await getJson(url);
  return Array.isArray(trackers) ? trackers.map(String) : [];
}

function mount(form: HTMLFormElement): void {
  const input = form.querySelector<HTMLInputElement>("input:not([type=hidden])");
  if (input === null) return;
  const said = status();
  form.noValidate = true;
  form.after(said.box);
  input.addEventListener("input", () => said.clear());
  onSubmit(form, said, async () => {
    const asked = parseTracker(input.value);
    input.toggleAttribute("aria-invalid", asked === null);
    if (asked === null) {
      said.warn(T.form);
      input.focus();
      return;
    }
    said.working(T.looking);
    const list = await published(form);
    const hit = asked.full === null ? list.some((full) => shortFromFull(full) === asked.short) : list.includes(asked.full);
    if (hit) said.done(T.found);
    else said.warn(T.missing);
  });
}

document.querySelectorAll<HTMLFormElement>("form[data-tracker-lookup]").forEach(mount);
