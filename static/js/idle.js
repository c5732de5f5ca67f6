// Asks "are you still there?" two minutes before the session ends. What was typed stays on the page.
const dialog = document.getElementById("idle");
const WARNING_SECONDS = 120;
let timer = 0;

function wait() {
  clearTimeout(timer);
  const seconds = Math.max(30, Number(dialog.dataset.seconds) - WARNING_SECONDS);
  timer = setTimeout(() => dialog.showModal(), seconds * 1000);
}

async function stay() {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const answer = await fetch(dialog.dataset.keep, {
    method: "POST",
    headers: { "X-CSRFToken": token, Accept: "application/json" },
  });
  dialog.close();
  if (answer.ok) wait();
  else location.reload();
}

document.getElementById("idle-stay").addEventListener("click", stay);
dialog.addEventListener("cancel", (event) => {
  event.preventDefault();
  stay();
});
wait();
