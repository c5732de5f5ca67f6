// A deed that another person would feel at once is asked for twice; the second question is the browser's own.
document.addEventListener("submit", (event) => {
  const { ask } = event.target.dataset;
  if (ask !== undefined && !confirm(ask)) event.preventDefault();
}, { capture: true });
