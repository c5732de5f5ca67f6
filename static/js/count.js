// While others act (cards scanned, keys used) the page shows itself anew; a deed of seconds says that it runs.
import { get } from "./server.js";

const WATCHED = ["closed", "counting"];
const root = document.getElementById("count");
const { state, shares, unused } = root.dataset;

async function watch() {
  try {
    const now = await get(root.dataset.watch);
    const typed = [...document.querySelectorAll("textarea, input[type=text], input[type=password]")].some((one) => one.value !== "");
    const changed = now.state !== state || String(now.shares) !== shares || String(now.unused) !== unused;
    if (changed && !typed) return location.replace(location.pathname.replace(/\/count\/.*$/, "/count"));
  } catch {
    // The server is away for a moment: nothing on this page becomes untrue.
  }
  return setTimeout(watch, 4000);
}

if (WATCHED.includes(state)) setTimeout(watch, 4000);

for (const form of document.querySelectorAll("form[data-waiting]")) {
  form.addEventListener("submit", () => {
    const button = form.querySelector("button");
    const turning = Object.assign(document.createElement("span"), { className: "spinner" });
    button.replaceChildren(turning, form.dataset.waiting);
    // Disabled only after the form has been taken, or it would not be sent.
    setTimeout(() => (button.disabled = true));
  });
}
