// Filling the <template>s of a page: [data-slot] gets a text (or a list of lines), [data-if] stays or goes.
export function filled(id, slots = {}, shown = {}) {
  const made = document.getElementById(id).content.firstElementChild.cloneNode(true);
  fill(made, slots, shown);
  return made;
}

export function fill(root, slots, shown = {}) {
  for (const [name, value] of Object.entries(slots)) {
    for (const place of root.querySelectorAll(`[data-slot="${name}"]`)) {
      if (Array.isArray(value)) {
        place.replaceChildren(
          ...value.map((line) => Object.assign(document.createElement("p"), { textContent: line })),
        );
      } else place.textContent = value ?? "";
    }
  }
  for (const place of root.querySelectorAll("[data-if]")) {
    if (place.dataset.if in shown) place.hidden = !shown[place.dataset.if];
  }
}
