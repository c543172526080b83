// Comforts of the forms: what does not belong to the chosen kind is put away, and long texts are counted.
(() => {
  "use strict";

  function putAway(form) {
    const kind = form.querySelector("[name=kind]");
    const toggle = () => {
      const investment = kind.value === "investment";
      const thesis = investment && form.querySelector("[name=direction]:checked")?.value === "offer";
      form.querySelectorAll("[data-shown-for]").forEach((part) => {
        const wrong = part.querySelector("[data-invalid]");
        part.hidden = !wrong && !(part.dataset.shownFor === "thesis" ? thesis : investment);
      });
    };
    form.addEventListener("change", toggle);
    toggle();
  }

  function count(area) {
    const most = Number(area.dataset.count);
    const words = document.createElement("p");
    words.className = "count";
    words.setAttribute("aria-hidden", "true");
    const show = () => {
      words.textContent = `${[...area.value].length} / ${most}`;
      words.toggleAttribute("data-over", [...area.value].length > most);
    };
    area.after(words);
    area.addEventListener("input", show);
    show();
  }

  document.querySelectorAll("[data-investment-form]").forEach(putAway);
  document.querySelectorAll("textarea[data-count]").forEach(count);
})();
