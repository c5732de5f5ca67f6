// What a deed on this page changed stands in sections of its own: when the deed has spoken, they are read anew.
//   <div data-deeds>…</div>   <section id="…" data-live>…</section>
const REST_MS = 600;
let waiting = 0;

async function renew() {
  const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const old of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(old.id);
    if (fresh && fresh.outerHTML !== old.outerHTML) old.replaceWith(document.adoptNode(fresh));
  }
}

const changed = new MutationObserver(() => {
  clearTimeout(waiting);
  waiting = setTimeout(renew, REST_MS);
});

for (const deeds of document.querySelectorAll("[data-deeds]")) changed.observe(deeds, { childList: true, subtree: true });
