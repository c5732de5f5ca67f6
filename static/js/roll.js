// Progress of the two long deeds of the roll: checking a file and importing it. Without scripts both are plain forms.
for (const form of document.querySelectorAll("form[data-busy]")) {
  form.addEventListener("submit", () => {
    const progress = form.querySelector(".progress");
    progress.querySelector("p").textContent = form.dataset.busy;
    progress.hidden = false;
    form.querySelector("button").disabled = true;
  });
}

const form = document.querySelector("form[data-import]");
if (form) form.addEventListener("submit", importRoll);

async function importRoll(event) {
  event.preventDefault();
  const button = form.querySelector("button");
  const progress = document.getElementById("import-progress");
  const refused = document.getElementById("import-refused");
  button.disabled = true;
  refused.hidden = true;
  progress.hidden = false;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { Accept: "application/x-ndjson" },
      body: new FormData(form),
    });
    if (!answer.ok || !answer.headers.get("Content-Type").startsWith("application/x-ndjson")) {
      location.reload();
      return;
    }
    for await (const line of lines(answer.body)) show(line, progress, refused);
  } catch {
    // The connection broke; the import itself may have ended well: the page knows.
    location.reload();
  }
  button.disabled = false;
}

async function* lines(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    for (const part of parts) yield JSON.parse(part);
  }
}

function show(line, progress, refused) {
  if (line.url) {
    location.assign(line.url);
  } else if (line.refused) {
    progress.hidden = true;
    refused.hidden = false;
    refused.querySelector("span").textContent = line.refused.said;
  } else {
    const bar = progress.querySelector("progress");
    bar.max = line.total;
    bar.value = line.done;
  }
}
