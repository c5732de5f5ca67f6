// The desk: one field that always has the focus, a verdict for whoever is chosen, Enter for the green deed
// only. The list of the last minutes lives in this page's memory and nowhere else.
import { english, get, Offline, post } from "./server.js";
import { fill, filled } from "./slots.js";

const POLL_MS = 3000;
// The hall's time, wherever the laptop believes it is.
const CLOCK = { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" };
const byId = (id) => document.getElementById(id);
const [desk, query, hits, verdict, said, recent] = ["desk", "query", "hits", "verdict", "said", "recent"].map(byId);
const at = (rest) => `${desk.dataset.base}/${rest}`;

let state = JSON.parse(desk.dataset.state);
let found = [];
let chosen = 0;
let answered = ""; // the query that `found` belongs to
let busy = false;
let asked = 0;

// --- what the server says ---------------------------------------------------------------------------------

function show(next) {
  state = next;
  for (const place of document.querySelectorAll("[data-count]")) {
    place.textContent = state.counters[place.dataset.count].toLocaleString("en");
  }
  const closed = !["sealed", "open", "paused", "closing"].includes(state.state);
  if (byId("checking").hidden !== closed) {
    byId("checking").hidden = closed;
    byId("unused").hidden = !closed;
    byId("torn-open").hidden = closed;
    if (closed) clear();
    focusField();
  }
  const bar = byId("unused-bar");
  bar.max = Math.max(state.counters.left, 1);
  bar.value = state.counters.left ? state.counters.unused : 1;
  showLamps();
}

function showLamps() {
  const lamps = byId("lamps");
  const lit = state.calling.map((one) => one.id).join();
  if (lamps.dataset.lit === lit) return;
  lamps.dataset.lit = lit;
  lamps.replaceChildren(
    ...state.calling.map((one) => {
      const lamp = filled("t-lamp", { name: one.name });
      lamp.querySelector("button").addEventListener("click", () =>
        attempt(async () => show((await post(at("lamp"), { kiosk: one.id })).state), lamps),
      );
      return lamp;
    }),
  );
}

function online(is) {
  byId("sync-ok").hidden = !is;
  byId("sync-bad").hidden = is;
  const note = byId("sync-note");
  const words = is ? note.dataset.ok : note.dataset.bad;
  if (note.textContent !== words) note.textContent = words;
}

async function poll() {
  try {
    if (!busy) show(await get(at("state")));
    online(true);
  } catch (error) {
    if (error instanceof Offline) online(false);
  }
  setTimeout(poll, POLL_MS);
}

/** Does a deed; what was refused is said at `place`. True when it was done. */
async function attempt(deed, place) {
  if (busy) return false;
  busy = true;
  try {
    await deed();
    online(true);
    return true;
  } catch (error) {
    if (error instanceof Offline) online(false);
    place.replaceChildren(
      error instanceof Offline ? filled("t-offline") : filled("t-refused", { sentence: error.message }),
    );
    return false;
  } finally {
    busy = false;
  }
}

// --- finding ------------------------------------------------------------------------------------------------

function focusField() {
  (byId("unused").hidden ? query : byId("unused-card")).focus({ preventScroll: true });
}

function clear() {
  query.value = "";
  showHits([], "");
}

async function look() {
  const wanted = query.value.trim();
  const turn = ++asked;
  if (wanted === "") return showHits([], "");
  try {
    const answer = await post(at("find"), { query: wanted });
    // An answer that was overtaken by more typing is about somebody else.
    if (turn !== asked) return undefined;
    online(true);
    // What was done is in the list; what was refused stays until the clerk has seen it.
    if (!said.querySelector(".notice--bad")) said.replaceChildren();
    return showHits(answer.hits, wanted);
  } catch (error) {
    if (turn !== asked) return undefined;
    if (error instanceof Offline) online(false);
    showHits([], wanted);
    verdict.replaceChildren(
      error instanceof Offline ? filled("t-offline") : filled("t-refused", { sentence: error.message }),
    );
    return undefined;
  }
}

/** Digits choose a person unless the query itself is made of digits. */
const digitsChoose = () => query.value !== "" && !/^[0-9０-９]/.test(query.value.trim());

function showHits(people, wanted) {
  found = people;
  answered = wanted;
  hits.replaceChildren(
    ...people.map((one, place) => {
      const key = digitsChoose() ? String(place + 1) : "";
      const hit = filled("t-hit", { ...one, key });
      hit.querySelector("kbd").hidden = key === "";
      hit.querySelector("button").addEventListener("click", () => choose(place));
      return hit;
    }),
  );
  if (people.length) choose(0);
  else verdict.replaceChildren(...(wanted === "" ? [] : [filled("t-none")]));
}

function choose(place) {
  if (place < 0 || place >= found.length) return;
  chosen = place;
  [...hits.querySelectorAll("button")].forEach((one, index) => one.setAttribute("aria-pressed", String(index === place)));
  const person = found[place];
  const { ok, mark, channel } = person.verdict;
  const panel = filled(
    "t-verdict",
    { ...person, ...person.verdict, number: person.number },
    { ok, bad: !ok, mark: Boolean(mark), namesakes: person.namesakes !== "", card: channel !== "paper", paper: channel === "paper" },
  );
  panel.classList.add(ok ? "verdict--ok" : "verdict--bad");
  panel.querySelector('[data-deed="check-in"]').addEventListener("click", () => checkIn(person));
  panel.querySelector('[data-deed="paper"]')?.addEventListener("click", () => checkIn(person, "paper"));
  panel.querySelector('[data-deed="assisted"]')?.addEventListener("click", () => checkIn(person, "paper", true));
  panel.querySelector('[data-deed="to-paper"]')?.addEventListener("click", () => openUndo(person, mark, "paper"));
  panel.querySelector('[data-deed="undo"]').addEventListener("click", () => openUndo(person, mark));
  panel.querySelector('[data-deed="paper-back"]').addEventListener("click", () => openPaperBack(person, mark));
  verdict.replaceChildren(panel);
  focusField();
}

// --- handing over a card --------------------------------------------------------------------------------------

async function checkIn(person, channel = "card", assisted = false) {
  if (busy || answered !== query.value.trim()) return;
  // The field is free at once: the next name may be typed while this one is on its way.
  const typed = query.value;
  clear();
  focusField();
  const done = await attempt(async () => {
    const expected = person.verdict.number;
    const sent = { entry: person.id, desk: byId("own-desk").value, channel, expected, assisted };
    const answer = await post(at("check-in"), sent);
    show(answer.state);
    const given = channel === "paper" ? person.verdict.papers : person.verdict.cards;
    remember({ ...person, given: assisted ? `${byId("checking").dataset.assisted} · ${given}` : given }, answer.mark, channel);
    said.replaceChildren(filled("t-done", { ...person, given }));
  }, said);
  if (!done && query.value === "") {
    // Another desk may have been faster: show what is true now; the refusal stays beside it.
    query.value = typed;
    await look();
  }
  focusField();
}

function remember(person, mark, channel) {
  byId("recent-none")?.remove();
  const row = filled(
    "t-recent",
    { ...person, time: new Date().toLocaleTimeString("zh-CN", CLOCK) },
    { standing: true, undone: false },
  );
  row.dataset.mark = mark;
  row.querySelector("button").addEventListener("click", () => (channel === "paper" ? openPaperBack : openUndo)(person, mark));
  recent.prepend(row);
}

// --- cards that come back ---------------------------------------------------------------------------------------

const [undo, torn] = ["undo", "torn"].map(byId);
let undoing = null;

function openUndo(person, mark, reason = "") {
  undoing = { person, mark };
  byId("undo-card").dataset.mark = mark;
  fill(undo, person);
  openDialog(undo);
  if (reason) byId("undo-reason").value = reason;
}

function openDialog(dialog) {
  dialog.querySelector("form").reset();
  dialog.querySelector('[data-slot="refusal"]').replaceChildren();
  // What was wrong with the last card says nothing about the next one.
  for (const line of dialog.querySelectorAll(".card-scan-error")) line.replaceChildren();
  for (const field of dialog.querySelectorAll(".field--wrong")) field.classList.remove("field--wrong");
  const card = dialog.querySelector("[data-card-scan]");
  card.removeAttribute("aria-invalid");
  dialog.showModal();
  card.focus();
}

function onCard(dialog, deed) {
  dialog.addEventListener("card-scanned", async (event) => {
    event.preventDefault();
    const refusal = dialog.querySelector('[data-slot="refusal"]');
    refusal.replaceChildren();
    if (await attempt(() => deed(event.detail), refusal)) dialog.close();
  });
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", focusField);
}

onCard(undo, async (card) => {
  const { person, mark } = undoing;
  const reason = byId("undo-reason");
  const changes = reason.value === "paper" && state.paper;
  const about = { ...card, mark, second: byId("undo-second").value };
  const answer = changes
    ? await post(at("to-paper"), { ...about, desk: byId("own-desk").value })
    : await post(at("undo"), { ...about, reason: reason.value, note: byId("undo-note").value });
  show(answer.state);
  struck(mark, reason);
  clear();
  said.replaceChildren(filled(changes ? "t-changed" : "t-undone", person));
});

function struck(mark, reason) {
  const row = recent.querySelector(`[data-mark="${CSS.escape(mark)}"]`);
  if (row) {
    row.classList.add("struck");
    fill(row, {}, { standing: false, undone: true });
    row.querySelector(".pill--warn").append(`${english ? ": " : "："}${reason.selectedOptions[0].textContent}`);
  }
}

// --- papers that come back ----------------------------------------------------------------------------------------

const paperBack = byId("paper-back");

function openPaperBack(person, mark) {
  undoing = { person, mark };
  fill(paperBack, person);
  byId("paper-back-form").reset();
  paperBack.querySelector('[data-slot="refusal"]').replaceChildren();
  paperBack.showModal();
}

paperBack?.querySelector("[data-close]").addEventListener("click", () => paperBack.close());
paperBack?.addEventListener("close", focusField);
byId("paper-back-form")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { person, mark } = undoing;
  const reason = byId("paper-back-reason");
  const done = await attempt(async () => {
    const about = { mark, reason: reason.value, second: byId("paper-back-second").value };
    show((await post(at("paper-back"), about)).state);
    struck(mark, reason);
    clear();
    said.replaceChildren(filled("t-paper-undone", person));
  }, paperBack.querySelector('[data-slot="refusal"]'));
  if (done) paperBack.close();
});

const spoilt = byId("spoilt");

byId("paper-spoilt")?.addEventListener("click", () => {
  spoilt.querySelector('[data-slot="refusal"]').replaceChildren();
  spoilt.showModal();
});
spoilt?.querySelector("[data-close]").addEventListener("click", () => spoilt.close());
spoilt?.addEventListener("close", focusField);
byId("spoilt-form")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const done = await attempt(async () => {
    show((await post(at("paper-spoilt"), {})).state);
    said.replaceChildren(filled("t-spoilt"));
  }, spoilt.querySelector('[data-slot="refusal"]'));
  if (done) spoilt.close();
});

onCard(torn, async (card) => {
  show((await post(at("torn"), card)).state);
  clear();
  said.replaceChildren(filled("t-torn"));
});

byId("torn-open").addEventListener("click", () => openDialog(torn));

byId("unused-card").addEventListener("card-scanned", async (event) => {
  const place = byId("unused-said");
  const before = state.counters.unused;
  await attempt(async () => {
    const answer = await post(at("unused"), event.detail);
    show(answer.state);
    const again = answer.kind === "unused" && state.counters.unused === before;
    const kinds = { unused: again ? "t-again" : "t-unused", returned: "t-returned", torn: "t-torn-card", voted: "t-voted" };
    place.replaceChildren(filled(kinds[answer.kind]));
    if (answer.kind === "unused" && !again && state.counters.unused === state.counters.left)
      place.append(state.counters.voted ? filled("t-all-voted", state.counters) : filled("t-all"));
  }, place);
  focusField();
});

// --- keys ---------------------------------------------------------------------------------------------------------

query.addEventListener("input", (event) => {
  if (!event.isComposing) look();
});
query.addEventListener("compositionend", look);

document.addEventListener("keydown", (event) => {
  // While an input method composes, Enter and digits belong to it.
  if (event.isComposing || document.querySelector("dialog[open]") || event.ctrlKey || event.metaKey || event.altKey) return;
  const inField = event.target === query;
  if (event.key === "Escape") {
    clear();
    said.replaceChildren();
    focusField();
  } else if (event.key === "Enter" && inField) {
    event.preventDefault();
    // Never on an answer that belongs to other words than those in the field.
    const person = answered === query.value.trim() ? found[chosen] : undefined;
    if (person?.verdict.ok) checkIn(person);
  } else if (inField && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
  } else if (inField && /^[1-9]$/.test(event.key) && digitsChoose()) {
    event.preventDefault();
    choose(Number(event.key) - 1);
  } else if (event.target === document.body && event.key.length === 1) {
    focusField();
  }
});

const own = byId("own-desk");
const kept = localStorage.getItem("own-desk");
if ([...own.options].some((one) => one.value === kept)) own.value = kept;
own.addEventListener("change", () => {
  localStorage.setItem("own-desk", own.value);
  focusField();
});

show(state);
focusField();
setTimeout(poll, POLL_MS);
