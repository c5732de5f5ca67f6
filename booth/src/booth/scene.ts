// The picture on the welcome: houses, a sun, a ballot going into the box. Drawn, so that nothing is loaded.
import { svg } from "./element.ts";

const rect = (x: number, y: number, width: number, height: number, look: string, rx = 0): SVGElement =>
  svg("rect", { x, y, width, height, class: look, rx });
const path = (d: string, look: string): SVGElement => svg("path", { d, class: look });

function house(x: number, y: number, width: number, columns: number, rows: number): SVGElement[] {
  const gap = width / (columns * 2 + 1);
  const windows: SVGElement[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) windows.push(rect(x + gap * (1 + 2 * column), y + 16 + row * 30, gap, 16, "scene-window", 2));
  }
  return [rect(x, y, width, 260, "scene-house", 4), ...windows];
}

function sun(): SVGElement[] {
  const rays = Array.from({ length: 12 }, (_, i) => {
    const angle = (i * Math.PI) / 6;
    const at = (radius: number): string => `${(320 + radius * Math.cos(angle)).toFixed(1)} ${(150 + radius * Math.sin(angle)).toFixed(1)}`;
    return path(`M${at(92)}L${at(116)}`, "scene-ray");
  });
  return [svg("circle", { cx: 320, cy: 150, r: 66, class: "scene-sun" }), ...rays];
}

export function scene(): SVGElement {
  return svg(
    "svg",
    { class: "booth-scene", viewBox: "0 0 446 480", "aria-hidden": "true", focusable: "false" },
    rect(0, 0, 446, 480, "scene-sky"),
    ...sun(),
    path("M0 320C60 280 120 270 190 282C270 240 350 220 446 250V480H0z", "scene-hill"),
    ...house(30, 202, 74, 3, 6),
    ...house(112, 244, 66, 2, 5),
    ...house(356, 224, 70, 3, 6),
    path("M0 386C90 356 160 360 230 372C310 352 380 356 446 358V480H0z", "scene-ground"),
    svg("g", { transform: "rotate(-5 236 240)" }, rect(182, 164, 116, 170, "scene-paper", 8), rect(198, 184, 56, 9, "scene-red", 4), path("M198 219l8 8l14-16M198 247l8 8l14-16", "scene-tick"), rect(230, 215, 54, 8, "scene-line", 4), rect(230, 243, 44, 8, "scene-line", 4)),
    path("M104 302H376L358 438H122z", "scene-red"),
    path("M104 302H376L372 332H108z", "scene-lid"),
    rect(164, 307, 152, 12, "scene-slot", 6),
    svg("circle", { cx: 240, cy: 384, r: 32, class: "scene-seal" }),
    path("M225 385l11 11l20-23", "scene-seal"),
  );
}
