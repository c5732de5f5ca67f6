// A scanner is a very fast keyboard that ends with Enter. It may fire on any screen, whatever has the focus,
// so its Enter is taken away from the buttons everywhere: a card held to the scanner presses nothing.

export interface KeyEvents {
  digit(digit: string): void;
  erase(): void;
  scanned(text: string): void;
}

/** Longest gap between two keys of one scan, in ms; no hand types a whole card this fast. */
const GAP = 80;
const SHORTEST_SCAN = 8;

export function listenForScanner(events: KeyEvents): void {
  let burst = "";
  let last = 0;
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const together = event.timeStamp - last < GAP;
    if (event.key === "Enter" || event.key === "Tab") {
      if (together && burst.length >= SHORTEST_SCAN) {
        event.preventDefault();
        event.stopPropagation();
        events.scanned(burst);
      }
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
