// A file that is too large is said at its field as soon as it is chosen, and not sent. The server looks again.
for (const input of document.querySelectorAll("input[type=file][data-most]")) {
  const form = input.form;
  const said = Object.assign(document.createElement("p"), { className: "field-error", id: `${input.id}-size`, hidden: true });
  said.setAttribute("role", "alert");
  input.after(said);
  input.setAttribute("aria-describedby", [input.getAttribute("aria-describedby"), said.id].filter(Boolean).join(" "));

  const fits = () => {
    const [file] = input.files;
    const fault = file !== undefined && file.size > Number(input.dataset.most);
    said.hidden = !fault;
    said.textContent = fault ? input.dataset.tooLarge.replace("{size}", String(Math.ceil(file.size / 1000))) : "";
    input.closest(".field").classList.toggle("field--wrong", fault);
    input.setAttribute("aria-invalid", String(fault));
    return !fault;
  };
  input.addEventListener("change", fits);
  form.addEventListener("submit", (event) => {
    if (fits()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    input.focus();
  }, { capture: true });
}
