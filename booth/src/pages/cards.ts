// Making the ballot cards, before two supervisors. The codes exist in this page's memory and on
// paper; the server gets the sorted public credentials, and before anything is printed.
import { makeCards, qrSvg } from "../client.ts";
import { make, onSubmit, picture, status, type Status } from "../screen/elements.ts";
import { inLanguage } from "../screen/language.ts";
import { address, postJson } from "../screen/requests.ts";

const PER_SHEET = 10;

const T = inLanguage(
  {
    heading: "制作选票卡",
    why: (n: number) => `将制作 ${n} 张选票卡，印在 ${Math.ceil(n / PER_SHEET)} 张 A4 纸上。卡号只在这台设备的内存里和纸上，不会发给服务器；离开本页就没有了。`,
    printer: "开始前请确认：打印机已接好，纸张足够，打印机不保存任务。",
    present: (n: number) => `监督委员${n === 1 ? "一" : "二"}在场`,
    needBoth: "制作选票卡要两位监督委员同时在场，请两位都确认。",
    make: "制作选票卡",
    making: "正在制作选票卡…",
    sending: "正在登记公开凭据…",
    ready: "公开凭据已登记。请打印全部选票卡；裁切后打乱再发。",
    print: "打印选票卡",
    finish: "已印好，清除卡号",
    finished: "卡号已从这台设备清除。请关闭本页，并清点印好的张数。",
    title: "选票卡",
    step1: "1. 到写票处，扫图案或按数字。",
    step2: "2. 投完后，把卡投进回收箱。",
    note: "请勿写姓名・只能用一次・破损请到验证发票处换",
    qr: "选票卡号的二维码",
    foot: (title: string, x: number, y: number, n: number) =>
      `${title} 选票卡　第 ${x} 版 / 共 ${y} 版　每版 ${PER_SHEET} 张　印制数 ${n.toLocaleString("en-US")}　裁切后打乱再发`,
  },
  {
    heading: "Make the ballot cards",
    why: (n: number) => `${n} cards will be made, on ${Math.ceil(n / PER_SHEET)} sheets of A4. Their codes are in this device's memory and on paper only; they are never sent to the server and are gone when you leave this page.`,
    printer: "Before you start: the printer is connected, has enough paper and keeps no copy of its jobs.",
    present: (n: number) => `Supervisor ${n} is present`,
    needBoth: "Cards are made before two supervisors; both must confirm.",
    make: "Make the cards",
    making: "Making the cards…",
    sending: "Registering the public credentials…",
    ready: "The public credentials are registered. Print all cards; cut and shuffle them before use.",
    print: "Print the cards",
    finish: "Printed: clear the codes",
    finished: "The codes are cleared from this device. Close this page and count the printed cards.",
    title: "Ballot card",
    step1: "1. In the booth, scan the pattern or type the digits.",
    step2: "2. After voting, drop the card in the return box.",
    note: "Write no name · Use once · Torn? Ask at the desk",
    qr: "QR code of the card's digits",
    foot: (title: string, x: number, y: number, n: number) =>
      `${title} ballot cards · sheet ${x} of ${y} · ${PER_SHEET} per sheet · ${n.toLocaleString("en-US")} printed · cut and shuffle before use`,
  },
);

function card(code: string, title: string): HTMLElement {
  const groups = (code.match(/.{5}/g) ?? []).map((group) => make("span", {}, group));
  return make(
    "article",
    { class: "ballot-card" },
    make("header", {}, make("strong", {}, T.title), make("span", {}, title)),
    make("div", { class: "ballot-card-qr" }, picture(qrSvg(code, 0), T.qr)),
    make(
      "div",
      { class: "ballot-card-text" },
      make("p", { class: "ballot-card-code" }, ...groups),
      make("p", {}, T.step1),
      make("p", {}, T.step2),
    ),
    make("footer", {}, T.note),
  );
}

function sheets(codes: readonly string[], title: string): HTMLElement {
  const pages = Math.ceil(codes.length / PER_SHEET);
  const list = Array.from({ length: pages }, (_, i) =>
    make(
      "section",
      { class: "card-sheet" },
      make("div", { class: "card-grid" }, ...codes.slice(i * PER_SHEET, (i + 1) * PER_SHEET).map((code) => card(code, title))),
      make("p", { class: "card-sheet-foot" }, T.foot(title, i + 1, pages, codes.length)),
    ),
  );
  return make("div", { class: "card-sheets" }, ...list);
}

function presence(n: number): { box: HTMLElement; input: HTMLInputElement } {
  const input = make("input", { type: "checkbox" });
  return { box: make("label", { class: "choice" }, input, T.present(n)), input };
}

function mount(root: HTMLElement, credentialsUrl: string): void {
  const count = Number(root.getAttribute("data-count"));
  const uuid = root.getAttribute("data-uuid") ?? "";
  const title = root.getAttribute("data-title") ?? "";
  const said = status();
  const both = [presence(1), presence(2)];
  const form = make("form", { novalidate: true, class: "stack" }, ...both.map(({ box }) => box), make("p", { class: "row" }, make("button", { type: "submit", class: "button button--primary" }, T.make)));
  root.replaceChildren(
    make(
      "section",
      { class: "card" },
      make("div", { class: "card-head" }, make("h2", {}, T.heading)),
      make("div", { class: "card-body" }, make("p", {}, T.why(count)), make("p", {}, T.printer), form, said.box),
    ),
  );
  let made: { codes: string[]; credentials: string[] } | null = null;
  onSubmit(form, said, async () => {
    if (!both.every(({ input }) => input.checked)) {
      said.warn(T.needBoth);
      return;
    }
    window.addEventListener("beforeunload", warnBeforeLeaving);
    // Kept over a failed request: sending again registers the same cards, not a second set.
    made ??= await makeCards({ uuid, count }, (done, total) => said.working(T.making, done, total));
    // Laid out before they are registered: whatever can fail on this device fails while nothing has happened yet.
    const all = sheets(made.codes, title);
    said.working(T.sending);
    await postJson(credentialsUrl, { credentials: made.credentials });
    made = null;
    form.hidden = true;
    showSheets(all, said);
  });
}

function showSheets(all: HTMLElement, said: Status): void {
  const print = make("button", { type: "button", class: "button button--primary" }, T.print);
  const finish = make("button", { type: "button", class: "button" }, T.finish);
  const clear = (): void => {
    all.replaceChildren();
    all.remove();
    window.removeEventListener("beforeunload", warnBeforeLeaving);
  };
  document.body.append(all);
  said.done(T.ready, make("p", { class: "row" }, print, finish));
  print.addEventListener("click", () => window.print());
  finish.addEventListener("click", () => {
    clear();
    said.done(T.finished);
  });
  // The back button must not bring the sheets back from the browser's page cache.
  window.addEventListener("pagehide", clear);
  window.print();
}

function warnBeforeLeaving(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

const root = document.querySelector<HTMLElement>("#cards-app");
const credentialsUrl = root === null ? null : address(root, "credentials");
if (root !== null && credentialsUrl !== null) {
  document.head.append(make("link", { rel: "stylesheet", href: new URL("cards.css", import.meta.url).href }));
  mount(root, credentialsUrl);
}
