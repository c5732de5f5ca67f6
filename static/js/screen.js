// The hall's screen: asks every three seconds, changes in place, shows one office after the other.
import { get } from "./server.js";
import { fill, filled } from "./slots.js";

const POLL_MS = 3000;
const TURN_MS = 15000;
const byId = (id) => document.getElementById(id);
const screen = byId("screen");
const still = matchMedia("(prefers-reduced-motion: reduce)");

let shown = null;
let written = "";
let office = 0;
let turning = true;

function update(next) {
  const text = JSON.stringify(next);
  if (text === written) return;
  const revealed = shown !== null && shown.phase !== "result" && next.phase === "result";
  [shown, written] = [next, text];
  office = Math.min(office, Math.max(next.offices.length - 1, 0));
  render(revealed);
}

function render(fromZero) {
  const now = shown.offices[office];
  fill(document.body, {
    title: now ? now.title : shown.title,
    sub: now ? `${shown.title} · ${now.sub}` : shown.sub,
    rule: shown.rule ?? "",
    head: shown.head.join(" "),
  });
  byId("screen-head").hidden = shown.head.length === 0;
  const pill = byId("screen-pill");
  pill.textContent = shown.words.large;
  pill.className = `pill pill--${shown.valid === false ? "bad" : "ok"}`;
  pill.hidden = !now;
  showOffices();
  screen.replaceChildren(now ? hall(now, fromZero) : words());
}

function words() {
  const panel = filled("t-words", shown.words, { shares: shown.shares.length > 0 });
  panel.querySelector(".screen-shares").append(
    ...shown.shares.map((one) => {
      const share = filled("t-share", { name: one.name }, { done: one.done, waiting: !one.done });
      share.classList.toggle("done", one.done);
      return share;
    }),
  );
  return panel;
}

function hall(now, fromZero) {
  const panel = filled("t-hall", { ...shown.sums, ...now }, { follows: now.follows !== "" });
  panel.querySelector(".proofs").append(
    ...[...shown.proofs, now.marks].map((one) => {
      const proof = filled("t-proof", one, { ok: one.ok, bad: !one.ok });
      proof.classList.toggle("bad", !one.ok);
      return proof;
    }),
  );
  const list = panel.querySelector(".tallies");
  list.append(...now.lines.map((one) => line(one, fromZero)));
  panel.classList.toggle("many", now.lines.length > 6);
  panel.classList.toggle("crowd", now.lines.length > 8);
  panel.classList.toggle("void-poll", !shown.valid);
  panel.classList.toggle("no-half", !shown.half);
  return panel;
}

function line(one, fromZero) {
  const made = filled(
    "t-line",
    { name: one.name, sum: one.sum, figure: one.figure, initial: one.name[0], ...shown.marks },
    {
      photo: one.photo !== "",
      tile: one.photo === "",
      over: one.over === true,
      under: one.over === false,
      elected: one.seal === "elected",
      tied: one.seal === "tied",
    },
  );
  const picture = made.querySelector("img");
  if (one.photo) picture.src = one.photo;
  else picture.remove();
  const length = [...one.name].length;
  made.querySelector(".tally-name").classList.add(length > 5 ? "longer" : length > 3 ? "long" : "short");
  made.querySelector(".votes-bar").classList.toggle("votes-bar--elected", one.seal === "elected");
  const bar = made.querySelector(".votes-fill");
  const width = shown.collected ? (1000 * one.votes) / shown.collected : 0;
  if (fromZero && !still.matches) requestAnimationFrame(() => requestAnimationFrame(() => bar.setAttribute("width", width)));
  else bar.setAttribute("width", width);
  return made;
}

function showOffices() {
  const several = shown.offices.length > 1;
  byId("screen-pause").hidden = !several;
  byId("screen-offices").replaceChildren(
    ...(several ? shown.offices : []).map((one, place) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: one.short });
      button.setAttribute("aria-pressed", String(place === office));
      button.addEventListener("click", () => turnTo(place, false));
      return button;
    }),
  );
}

function turnTo(place, goOn) {
  const count = shown.offices.length;
  if (count === 0) return;
  office = (place + count) % count;
  turn(goOn);
  render(false);
}

function turn(on) {
  turning = on;
  const button = byId("screen-pause");
  button.textContent = on ? button.dataset.pause : button.dataset.run;
}

async function poll() {
  try {
    update(await get(screen.dataset.source));
  } catch {
    // What stands on the screen stays true; the next answer replaces it.
  }
  setTimeout(poll, POLL_MS);
}

byId("screen-pause").addEventListener("click", () => turn(!turning));
document.addEventListener("keydown", (event) => {
  if (event.key === "ArrowRight") turnTo(office + 1, false);
  if (event.key === "ArrowLeft") turnTo(office - 1, false);
});
setInterval(() => turning && !still.matches && shown.offices.length > 1 && turnTo(office + 1, true), TURN_MS);
update(JSON.parse(screen.dataset.first));
setTimeout(poll, POLL_MS);
