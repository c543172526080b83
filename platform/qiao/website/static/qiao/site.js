// Comforts only: every page works without this file.
(() => {
  "use strict";
  const messages = () => document.getElementById("messages");

  function closable(toast) {
    if (toast.querySelector("button")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "×";
    button.setAttribute("aria-label", messages().dataset.close);
    button.addEventListener("click", () => toast.remove());
    toast.append(button);
  }

  function say(words) {
    const toast = document.createElement("div");
    toast.className = "toast toast--red";
    toast.dataset.toast = "";
    const paragraph = document.createElement("p");
    paragraph.textContent = words;
    toast.append(paragraph);
    messages().append(toast);
  }

  function start() {
    const region = messages();
    if (!region) return;
    region.querySelectorAll("[data-toast]").forEach(closable);
    new MutationObserver(() => region.querySelectorAll("[data-toast]").forEach(closable)).observe(region, { childList: true });
    document.querySelector("[data-focus]")?.focus();
    // On a narrow screen the present place may lie outside the row of the navigation.
    for (const present of document.querySelectorAll(".site-nav [aria-current], .tabs [aria-current]")) {
      const row = present.closest("nav");
      row.scrollLeft += present.getBoundingClientRect().left - row.getBoundingClientRect().left - 24;
    }
    // A closed plank or menu whose anchor is in the address opens.
    if (location.hash.length > 1) {
      const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      target?.closest("details")?.setAttribute("open", "");
    }
  }

  // Menus close when one leaves them or presses Escape.
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });
  document.addEventListener("focusout", (event) => {
    const menu = event.target.closest?.("details[data-menu][open]");
    if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });

  // A form is sent once: a second press while the first is under way does nothing.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented || form.matches("[hx-post], [data-again]")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 5000); // an answer that is a file leaves the page where it is
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

  // Filters and choices that need no button send themselves.
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-send-on-change]");
    if (form) form.requestSubmit();
  });

  // htmx: an answer that names its own place (an error of the business) is shown there; others are said in our words.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.getResponseHeader("HX-Retarget")) event.detail.shouldSwap = true;
  });
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      if (!event.detail.xhr?.getResponseHeader?.("HX-Retarget")) say(messages().dataset.failed);
    });
  }
  document.addEventListener("htmx:afterSwap", (event) => event.target.querySelector?.("[data-focus]")?.focus());

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
