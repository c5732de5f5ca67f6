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

if (sheet) {
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
