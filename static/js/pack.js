// The archive pack with a progress bar: the server answers one line of JSON a step. Without this script the form works.
const form = document.querySelector("form[data-pack]");

async function* steps(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) yield JSON.parse(line);
  }
}

async function make(event) {
  event.preventDefault();
  const progress = form.querySelector(".progress");
  const bar = progress.querySelector("progress");
  const button = form.querySelector("button");
  const alert = form.querySelector(":scope > [role=alert]");
  const done = form.querySelector("[data-done]");
  // What an earlier try said is not about this one.
  alert.hidden = done.hidden = true;
  button.disabled = true;
  bar.value = 0;
  progress.hidden = false;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Progress": "1" } });
    if (!answer.ok) return form.submit();
    for await (const step of steps(answer.body)) {
      if (step.zip) {
        form.querySelector("input[type=password]").value = "";
        progress.hidden = true;
        done.hidden = false;
        done.querySelector("a").href = step.zip;
        window.location.assign(step.zip);
      } else if (step.code) {
        progress.hidden = true;
        alert.hidden = false;
        alert.querySelector("span").textContent = document.documentElement.lang === "en" ? step.en : step.zh;
      } else {
        bar.max = step.of;
        bar.value = step.done;
        progress.querySelector("p").textContent = `${step.done} / ${step.of}　${step.what}`;
      }
    }
  } catch {
    form.submit();
  } finally {
    button.disabled = false;
  }
}

form?.addEventListener("submit", make);
