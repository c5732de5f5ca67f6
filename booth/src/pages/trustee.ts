// A trustee's three deeds, each on their own device: make the key, rehearse, decrypt the tally.
// The key file and the passphrase never leave this page; the server gets public records only.
import {
  FEW_BALLOTS,
  Refusal,
  decryptTally,
  makeTrusteeKey,
  openTrusteeKey,
  rehearse,
  type DecryptionFacts,
} from "../client.ts";
import { download, field, make, onSubmit, status, tiles, type Field, type Status } from "../screen/elements.ts";
import { inLanguage } from "../screen/language.ts";
import { remember, requireAnnounced, requireSameTally } from "../screen/onetally.ts";
import { address, getBytes, getJson, postJson } from "../screen/requests.ts";

const ZH = {
  keyTitle: "建密钥",
  keyWhy: "密钥在这台设备上生成，用口令封在一个文件里。文件和口令都由您自己保管，丢了任何一样，选举结果就打不开。",
  name: "姓名或称呼",
  nameHint: "会和公钥一起公布，例如：监督委员一",
  passphrase: "口令",
  passphraseHint: "至少 12 个字符，用几个不相干的词连成一句；请记在纸上，和文件分开放",
  again: "再输一次口令",
  differs: "两次输入的口令不一样，请再输一次。",
  make: "建密钥并保存文件",
  making: "正在建密钥…",
  made: "密钥文件已交给浏览器保存。请在下面选择刚才保存的文件，读回核对后才会登记。",
  saveAgain: "再保存一次",
  readBack: "刚才保存的密钥文件",
  readBackDo: "读回核对并登记",
  readBackOther: "这不是刚才保存的文件，请选择刚才保存的那一个；找不到就点「再保存一次」。",
  registered: "公钥已登记。请把密钥文件再备份一份到 U 盘。公钥的开头：",
  rehearsalTitle: "演练",
  rehearsalWhy: "用自己的密钥解一份演练数据，证明开票那天打得开。演练不涉及任何选票。",
  keyFile: "密钥文件",
  keyFileHint: "建密钥时保存的文件",
  needFile: "请先选择密钥文件。",
  needPassphrase: "请输入口令。",
  rehearse: "开始演练",
  rehearsing: "正在演练…",
  rehearsed: "演练成功。请与公告上的选举指纹核对：",
  decryptTitle: "开票解密",
  decryptWhy: "先在这台设备上核对票箱里的每一张选票，自己加出合计，与票箱的合计一致才解密。解开的只有合计，单张选票谁也看不到。一把密钥只解密一份合计：有人请您为另一个张数再解密一次，一定拒绝——两份合计相减会露出个人的选择。",
  announced: "会场宣读的选票张数",
  announcedHint: "请输入会场当众宣读的数，不要照抄屏幕上的数",
  needAnnounced: "请输入会场宣读的选票张数，只用数字。",
  check: "取票箱并核对",
  fetching: "正在取票箱…",
  checking: "正在核对选票…",
  checked: (n: number) => `已核对 ${n} 张选票，全部有效，合计相符，张数与会场宣读的一致。请与公告上的选举指纹核对，一致再解密：`,
  few: `选票不足 ${FEW_BALLOTS} 张，公布结果可能让人猜出是谁投的。请先确认委员会已就此作出书面决定。`,
  decrypt: "一致，解密并提交",
  decline: "不一致，不解密",
  decrypting: "正在解密…",
  sent: "解密份额已提交。等其他监督委员完成后，结果会出现在开票页。解密回执已交给浏览器保存，请和密钥文件放在一起。",
  receipt: "再保存一次回执",
};

const EN: typeof ZH = {
  keyTitle: "Make the key",
  keyWhy: "The key is made on this device and sealed in a file by a passphrase. You alone keep both; if either is lost, the result cannot be opened.",
  name: "Name",
  nameHint: "Published with the public key, for example: Supervisor 1",
  passphrase: "Passphrase",
  passphraseHint: "At least 12 characters, several unrelated words; write it on paper, kept apart from the file",
  again: "Passphrase again",
  differs: "The two passphrases differ; type it again.",
  make: "Make the key and save the file",
  making: "Making the key…",
  made: "The key file was handed to the browser to save. Choose the saved file below; it is read back before the key is registered.",
  saveAgain: "Save it again",
  readBack: "The key file just saved",
  readBackDo: "Read back and register",
  readBackOther: "This is not the file just saved; choose that one, or press “Save it again”.",
  registered: "The public key is registered. Back the key file up to a USB stick. The public key begins with:",
  rehearsalTitle: "Rehearsal",
  rehearsalWhy: "Decrypt rehearsal data with your key, to prove that it will open on the day of the count. No ballot is involved.",
  keyFile: "Key file",
  keyFileHint: "The file saved when the key was made",
  needFile: "Choose the key file first.",
  needPassphrase: "Type the passphrase.",
  rehearse: "Start the rehearsal",
  rehearsing: "Rehearsing…",
  rehearsed: "The rehearsal succeeded. Compare the election fingerprint with the notice:",
  decryptTitle: "Decrypt the tally",
  decryptWhy: "This device first checks every ballot in the box and adds them up itself; it decrypts only if the sum agrees. Only the sum is opened, never a single ballot. One key opens one tally: if anybody asks you to decrypt again for another number of ballots, refuse; the difference of two tallies tells how people voted.",
  announced: "Number of ballots read out in the hall",
  announcedHint: "Type the number read out to everybody; do not copy it from a screen",
  needAnnounced: "Type the number of ballots read out in the hall, in digits.",
  check: "Fetch and check the ballots",
  fetching: "Fetching the ballot archive…",
  checking: "Checking the ballots…",
  checked: (n) => `${n} ballots checked, all valid, the sum agrees, and the number is the one read out. Compare the election fingerprint with the notice, then decrypt:`,
  few: `Fewer than ${FEW_BALLOTS} ballots: the result may show how somebody voted. Make sure the committee has decided this in writing.`,
  decrypt: "They agree: decrypt and send",
  decline: "They differ: do not decrypt",
  decrypting: "Decrypting…",
  sent: "Your share of the decryption was sent. The result appears on the count page when the other supervisors are done. A receipt was handed to the browser to save; keep it with the key file.",
  receipt: "Save the receipt again",
};

const T = inLanguage(ZH, EN);

const PASSPHRASE = { type: "password", spellcheck: "false", autocapitalize: "off" };

function section(title: string, why: string, ...children: (Node | null)[]): HTMLElement {
  const head = make("div", { class: "card-head" }, make("h2", {}, title));
  return make("section", { class: "card" }, head, make("div", { class: "card-body" }, make("p", {}, why), ...children));
}

function filled(input: Field, sentence: string): boolean {
  input.clear();
  if (input.input.type === "file" ? input.input.files?.length === 1 : input.input.value !== "") return true;
  input.fail(sentence);
  return false;
}

const submit = (label: string): HTMLButtonElement => make("button", { type: "submit", class: "button button--primary" }, label);

function keySection(root: HTMLElement, keyUrl: string): HTMLElement {
  const fixedName = root.getAttribute("data-name");
  const name = field(T.name, T.nameHint, { value: fixedName ?? "", readonly: fixedName !== null, autocomplete: "off", maxlength: "100" });
  const passphrase = field(T.passphrase, T.passphraseHint, { ...PASSPHRASE, autocomplete: "new-password" });
  const again = field(T.again, "", { ...PASSPHRASE, autocomplete: "new-password" });
  const said = status();
  const form = make("form", { novalidate: true, class: "stack" }, name.box, passphrase.box, again.box, make("p", { class: "row" }, submit(T.make)));
  const readBack = make("div", {});
  onSubmit(form, said, async () => {
    again.clear();
    if (passphrase.input.value !== again.input.value) {
      again.fail(T.differs);
      return;
    }
    said.working(T.making);
    const secret = passphrase.input.value;
    const uuid = root.getAttribute("data-uuid") ?? "";
    const group = root.getAttribute("data-group") ?? "Ed25519";
    const made = await makeTrusteeKey({ name: name.input.value, group, uuid, passphrase: secret }, (done) => said.working(T.making, done, 1));
    const save = (): void => download(`trustee-${uuid.slice(0, 8)}-${made.publicKey.slice(0, 8)}.key.json`, made.keyFile);
    save();
    form.hidden = true;
    said.done(T.made);
    readBack.replaceChildren(readBackForm(keyUrl, made, secret, save, said));
    readBack.querySelector("input")?.focus();
  });
  return section(T.keyTitle, T.keyWhy, form, said.box, readBack);
}

/** The public half is sent only after the very file that was saved has been opened with the passphrase. */
function readBackForm(
  keyUrl: string,
  made: { publicRecord: string; keyFile: string; publicKey: string },
  passphrase: string,
  save: () => void,
  said: Status,
): HTMLElement {
  const file = field(T.readBack, "", { type: "file", accept: ".json,application/json" });
  const saveAgain = make("button", { type: "button", class: "button" }, T.saveAgain);
  saveAgain.addEventListener("click", save);
  const form = make("form", { novalidate: true, class: "stack" }, file.box, make("p", { class: "row" }, submit(T.readBackDo), saveAgain));
  onSubmit(form, said, async () => {
    if (!filled(file, T.needFile)) return;
    const text = await fileText(file);
    if (text !== made.keyFile) {
      file.fail(T.readBackOther);
      return;
    }
    said.working(T.making);
    const opened = await openTrusteeKey({ keyFile: text, passphrase });
    if (opened.publicKey !== made.publicKey) throw new Refusal("KEY_FILE_CONTENT", T.readBackOther, T.readBackOther);
    await postJson(keyUrl, { record: made.publicRecord });
    form.hidden = true;
    said.done(T.registered, tiles(made.publicKey.slice(0, 16)));
  });
  return form;
}

const fileText = ({ input }: Field): Promise<string> => (input.files?.[0] as File).text();

interface KeyForm {
  readonly form: HTMLFormElement;
  readonly said: Status;
  read(): Promise<{ keyFile: string; passphrase: string } | null>;
  /** The chosen file's name; "" when none is chosen. */
  fileName(): string;
  wipe(): void;
}

function keyForm(label: string, ...more: Field[]): KeyForm {
  const file = field(T.keyFile, T.keyFileHint, { type: "file", accept: ".json,application/json" });
  const passphrase = field(T.passphrase, "", { ...PASSPHRASE, autocomplete: "off" });
  return {
    form: make("form", { novalidate: true, class: "stack" }, file.box, passphrase.box, ...more.map(({ box }) => box), make("p", { class: "row" }, submit(label))),
    said: status(),
    async read() {
      if (!filled(file, T.needFile) || !filled(passphrase, T.needPassphrase)) return null;
      return { keyFile: await fileText(file), passphrase: passphrase.input.value };
    },
    fileName: () => file.input.files?.[0]?.name ?? "",
    wipe() {
      passphrase.input.value = "";
    },
  };
}

/** Opens the file and refuses another supervisor's: its public key is not the one this account registered. */
async function requireOwnKey(key: { keyFile: string; passphrase: string }, registered: string): Promise<void> {
  const opened = await openTrusteeKey(key);
  if (opened.publicKey === registered) return;
  throw new Refusal(
    "KEY_OF_ANOTHER",
    `这个密钥文件（${opened.name}）不是您的账号登记的那一个，没有使用。请选择自己的密钥文件，或请这位委员用自己的账号登录。`,
    `This key file (${opened.name}) is not the one your account registered, and was not used. Choose your own key file, or let that supervisor sign in.`,
  );
}

function rehearsalSection(root: HTMLElement, setupUrl: string, rehearsalUrl: string): HTMLElement {
  const { form, said, read, wipe } = keyForm(T.rehearse);
  onSubmit(form, said, async () => {
    const key = await read();
    if (key === null) return;
    said.working(T.rehearsing);
    await requireOwnKey(key, registeredKey(root));
    const setup = await getJson(setupUrl);
    const asked = { ...key, election: String(setup["election"]), trustees: String(setup["trustees"]) };
    const { record, fingerprint } = await rehearse(asked, (done) => said.working(T.rehearsing, done, 1));
    await postJson(rehearsalUrl, { record });
    wipe();
    form.hidden = true;
    said.done(T.rehearsed, tiles(fingerprint));
  });
  return section(T.rehearsalTitle, T.rehearsalWhy, form, said.box);
}

const registeredKey = (root: HTMLElement): string => root.getAttribute("data-public-key") ?? "";

function decryptSection(root: HTMLElement, archiveUrl: string, shareUrl: string): HTMLElement {
  const announced = field(T.announced, T.announcedHint, { inputmode: "numeric", autocomplete: "off", maxlength: "12" });
  const { form, said, read, fileName, wipe } = keyForm(T.check, announced);
  onSubmit(form, said, async () => {
    const key = await read();
    if (key === null) return;
    const number = wholeNumber(announced);
    if (number === null) return;
    const name = `${fileName()}.decrypted`;
    let receipt = "";
    said.working(T.fetching);
    await requireOwnKey(key, registeredKey(root));
    const archiveBytes = await getBytes(archiveUrl);
    const { record } = await decryptTally({ archiveBytes, ...key }, {
      onProgress: (done, total) => said.working(T.checking, done, total),
      consent: async (facts) => {
        requireAnnounced(facts, number);
        requireSameTally(facts);
        if (!(await askConsent(said, facts))) return false;
        // Before the share exists: a page closed now may cost a repetition, never the memory.
        receipt = remember(facts);
        download(name, receipt);
        return true;
      },
    });
    said.working(T.decrypting);
    await postJson(shareUrl, { record });
    wipe();
    form.hidden = true;
    const again = make("button", { type: "button", class: "button" }, T.receipt);
    again.addEventListener("click", () => download(name, receipt));
    said.done(T.sent, make("p", { class: "row" }, again));
  });
  return section(T.decryptTitle, T.decryptWhy, form, said.box);
}

/** Also of full-width digits, which Chinese input methods write. */
function wholeNumber(input: Field): number | null {
  input.clear();
  const text = input.input.value.normalize("NFKC").trim();
  if (/^[0-9]{1,9}$/.test(text)) return Number(text);
  input.fail(T.needAnnounced);
  return null;
}

/** The trustee compares what a program cannot: the fingerprint on the wall. */
function askConsent(said: Status, { ballots, fingerprint, warnings }: DecryptionFacts): Promise<boolean> {
  const yes = make("button", { type: "button", class: "button button--primary" }, T.decrypt);
  const no = make("button", { type: "button", class: "button" }, T.decline);
  const few = warnings.includes("FEW_BALLOTS") ? make("p", {}, make("strong", {}, T.few)) : null;
  const nodes = [tiles(fingerprint), few, make("p", { class: "row" }, yes, no)].filter((node): node is HTMLElement => node !== null);
  said.warn(T.checked(ballots), ...nodes);
  return new Promise((resolve) => {
    yes.addEventListener("click", () => {
      said.working(T.decrypting);
      resolve(true);
    });
    no.addEventListener("click", () => resolve(false));
  });
}

function mount(root: HTMLElement): void {
  const url = (name: string): string | null => address(root, name);
  const [key, setup, rehearsal, archive, share] = ["key", "setup", "rehearsal", "archive", "share"].map(url);
  const sections: HTMLElement[] = [];
  if (key) sections.push(keySection(root, key));
  if (setup && rehearsal) sections.push(rehearsalSection(root, setup, rehearsal));
  if (archive && share) sections.push(decryptSection(root, archive, share));
  root.classList.add("stack");
  root.replaceChildren(...sections);
}

const root = document.querySelector<HTMLElement>("#trustee-app");
if (root !== null) mount(root);
