// Comforts of the desk: every page works without this file.
(() => {
  "use strict";
  // A file that would be refused is said to be too large before it is sent.
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!input.matches?.("input[type=file][data-limit]")) return;
    const large = [...input.files].some((file) => file.size > Number(input.dataset.limit));
    input.setCustomValidity(large ? input.dataset.tooLarge : "");
    if (large) input.reportValidity();
  });

  // A known kind of file needs no columns: they are shown when the rows are read column by column.
  function showColumns() {
    const form = document.querySelector("[data-mapping]");
    const preset = form?.querySelector("input[name=preset]:checked");
    const columns = form?.querySelector("[data-by-column]");
    if (columns) columns.hidden = Boolean(preset?.value);
  }
  document.addEventListener("change", (event) => {
    if (event.target.name === "preset") showColumns();
  });
  // A common reason is put into the field, to be changed before it is sent.
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-phrase]");
    const field = button && document.getElementById(button.dataset.into);
    if (!field) return;
    field.value = [field.value.trim(), button.dataset.phrase].filter(Boolean).join("\n");
    field.focus();
  });

  // On a narrow screen the rail is a strip: the present place is brought into sight.
  function showPlace() {
    const strip = document.querySelector(".desk__rail");
    const here = strip?.querySelector("[aria-current]");
    if (here && strip.scrollWidth > strip.clientWidth) strip.scrollLeft = here.offsetLeft - strip.clientWidth / 3;
  }

  function start() {
    showColumns();
    showPlace();
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
