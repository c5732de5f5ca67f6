// A QR code as an SVG text: black modules on their own white ground, so that it scans in every theme.
import encodeQR from "qr";

/** `border` = quiet zone in modules; 0 where the paper around it is white anyway. */
export function qrSvg(text: string, border = 4): string {
  // The encoder insists on a border of at least one module, which is cut off again.
  const modules = encodeQR(text, "raw", { ecc: "medium", border: 1 }).slice(1, -1).map((row) => row.slice(1, -1));
  const side = modules.length + 2 * border;
  const runs = modules.flatMap((row, y) => darkRuns(row).map(([x, length]) => `M${x} ${y}h${length}v1h-${length}z`));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-border} ${-border} ${side} ${side}" shape-rendering="crispEdges">` +
    `<path fill="#fff" d="M${-border} ${-border}h${side}v${side}h-${side}z"/><path fill="#000" d="${runs.join("")}"/></svg>`
  );
}

/** [start, length] of each unbroken row of dark modules. */
function darkRuns(row: readonly boolean[]): [number, number][] {
  const runs: [number, number][] = [];
  row.forEach((dark, x) => {
    const last = runs[runs.length - 1];
    if (dark && last !== undefined && last[0] + last[1] === x) last[1] += 1;
    else if (dark) runs.push([x, 1]);
  });
  return runs;
}
