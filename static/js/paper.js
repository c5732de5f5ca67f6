// The running sum of every office on a count sheet, beside what it must be. The server checks again.
const sheet = document.getElementById("sheet");

const value = (field) => {
  const text = field.value.normalize("NFKC").trim();
  return /^\d*$/.test(text) ? Number(text || "0") : NaN;
};

function sums() {
  const collected = value(sheet.elements.collected);
  const spoilt = value(sheet.elements.void);
  for (const office of sheet.querySelectorAll("[data-office]")) {
    const seats = Number(office.dataset.seats);
    const marks = [...office.querySelectorAll('[data-kind="mark"]')]
      .map((field) => value(field) * Number(field.dataset.weight))
      .reduce((sum, one) => sum + one, seats * spoilt);
    const wanted = seats * collected;
    const right = marks === wanted;
    const place = office.querySelector("[data-sum]");
    place.dataset.state = right ? "ok" : "bad";
    place.textContent = `${marks} ${right ? "=" : "≠"} ${seats} × ${collected} = ${wanted} · ${right ? sheet.dataset.ok : sheet.dataset.bad}`;
  }
}

/** The line after this one, empty. */
function next(field) {
  const copy = field.cloneNode(true);
  const [label, input] = [copy.querySelector("label"), copy.querySelector("input")];
  const grown = (text) => text.trim().replace(/\d+$/, (place) => Number(place) + 1);
  label.textContent = grown(label.textContent);
  label.htmlFor = input.id = input.name = grown(input.id);
  input.value = input.dataset.kind ? "0" : "";
  return copy;
}

if (sheet) {
  // Before the sums: once the last line for a written name is used, another follows.
  sheet.addEventListener("input", ({ target }) => {
    const lines = target.closest("[data-written]");
    const last = [...(lines?.querySelectorAll(".field") ?? [])].slice(-2);
    if (target.value !== "" && last[0]?.contains(target)) lines.append(...last.map(next));
  });
  sheet.addEventListener("input", sums);
  // Figures typed and not saved are not lost by a click beside the sheet.
  let unsaved = false;
  sheet.addEventListener("input", () => (unsaved = true));
  sheet.addEventListener("submit", () => (unsaved = false));
  window.addEventListener("beforeunload", (event) => unsaved && event.preventDefault());
  // A figure is replaced by what is typed, not typed behind the zero.
  sheet.addEventListener("focusin", (event) => {
    if (event.target.matches(".paper-figure input")) event.target.select();
  });
  sums();
}
