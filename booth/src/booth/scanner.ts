// A scanner is a very fast keyboard that ends with Enter. It may fire on any screen, whatever has the focus,
// so its Enter is taken away from the buttons everywhere: a card held to the scanner presses nothing.

export interface KeyEvents {
  digit(digit: string): void;
  erase(): void;
  /** Enter that no button and no scan has claimed. */
  enter(): void;
  scanned(text: string): void;
}

/** Longest gap between two keys of one scan, in ms; no hand types a whole card this fast. */
const GAP = 120;
const SHORTEST_SCAN = 8;

export function listenForScanner(events: KeyEvents): void {
  let burst = "";
  let last = 0;
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const together = event.timeStamp - last < GAP;
    if (event.key === "Enter" || event.key === "Tab") {
      const free = event.key === "Enter" && !(event.target instanceof Element && event.target.closest("button, a, input, dialog"));
      if (together && burst !== "") {
        event.preventDefault();
        event.stopPropagation();
      }
      if (together && burst.length >= SHORTEST_SCAN) events.scanned(burst);
      else if (free || (together && burst !== "")) events.enter();
      burst = "";
    } else if (event.key === "Backspace") {
      burst = "";
      events.erase();
    } else if (/^[!-~]$/.test(event.key)) {
      burst = together ? burst + event.key : event.key;
      last = event.timeStamp;
      if (/^[0-9]$/.test(event.key)) events.digit(event.key);
    }
  };
  document.addEventListener("keydown", onKey, { capture: true });
}
