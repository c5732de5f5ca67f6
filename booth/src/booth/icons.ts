// Own line icons on a 24 grid; always beside a word, therefore hidden from screen readers.
import { svg } from "./element.ts";

const PATHS = {
  check: ["M5 12.5l4.5 4.5L19 7.5"],
  alert: ["M12 4L2.8 20h18.4z", "M12 10v4.5", "M12 17.3v.2"],
  clock: ["M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18", "M12 7v5.2l3.2 2"],
  lock: ["M7 10.5h10a2.5 2.5 0 0 1 2.5 2.5v5a2.5 2.5 0 0 1-2.5 2.5H7A2.5 2.5 0 0 1 4.5 18v-5A2.5 2.5 0 0 1 7 10.5z", "M8 10.5V7.2a4 4 0 0 1 8 0v3.3"],
  info: ["M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18", "M12 11v5.5", "M12 7.6v.2"],
  undo: ["M8.5 5L4 9.5L8.5 14", "M4 9.5h9.5a5.5 5.5 0 0 1 0 11H9"],
  sound: ["M4 9.5v5h3.2L12 19V5L7.2 9.5z", "M15.5 9a4.2 4.2 0 0 1 0 6", "M18.2 6.5a8 8 0 0 1 0 11"],
  contrast: ["M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18"],
  edit: ["M4 20l1-4.5L16.5 4a2.3 2.3 0 0 1 3.5 3.5L8.5 19z"],
  hand: ["M8 12.5V6a1.4 1.4 0 0 1 2.8 0v5V4.4a1.4 1.4 0 0 1 2.8 0V11V6a1.4 1.4 0 0 1 2.8 0v8.5a6.2 6.2 0 0 1-6.2 6.3c-2.6 0-4-1.3-5.2-3.5L3.3 13.6a1.45 1.45 0 0 1 2.5-1.4l2.2 2.7z"],
  left: ["M14.5 5L8 12l6.5 7"],
  right: ["M9.5 5L16 12l-6.5 7"],
  minus: ["M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18", "M5.8 5.8l12.4 12.4"],
  backspace: ["M9 5.5h11a1.5 1.5 0 0 1 1.5 1.5v10a1.5 1.5 0 0 1-1.5 1.5H9L2.5 12z", "M11.5 9.5l5 5", "M16.5 9.5l-5 5"],
  cross: ["M6 6l12 12", "M18 6L6 18"],
  card: ["M4.5 5h15A1.5 1.5 0 0 1 21 6.5v11a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 17.5v-11A1.5 1.5 0 0 1 4.5 5z", "M3 9.5h18", "M7 14.5h5"],
  scan: ["M4 8V5.5A1.5 1.5 0 0 1 5.5 4H8", "M16 4h2.5A1.5 1.5 0 0 1 20 5.5V8", "M20 16v2.5a1.5 1.5 0 0 1-1.5 1.5H16", "M8 20H5.5A1.5 1.5 0 0 1 4 18.5V16", "M4 12h16"],
  pause: ["M8.5 5.5v13", "M15.5 5.5v13"],
} as const;

export type IconName = keyof typeof PATHS;

export function icon(name: IconName): SVGElement {
  const paths = PATHS[name].map((d) => svg("path", { d }));
  if (name === "contrast") paths.push(svg("path", { d: "M12 3a9 9 0 0 1 0 18z", class: "booth-icon-fill" }));
  return svg("svg", { class: `booth-icon booth-icon-${name}`, viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, ...paths);
}

/** The sign of the committee: a paper with a tick going into a box. */
export function sign(): SVGElement {
  const lines = ["M8 12V4.5h8V12", "M10 8l1.5 1.5L14.2 6.8", "M4.5 12h15v7.5h-15z", "M8.5 15.5h7"];
  return svg("svg", { class: "booth-sign", viewBox: "-3 -3 30 30", "aria-hidden": "true", focusable: "false" }, ...lines.map((d) => svg("path", { d })));
}
