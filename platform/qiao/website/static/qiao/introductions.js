// Comforts of introductions: every page works without this file.
(() => {
  "use strict";

  // Nobody has read what came while the page was out of sight: it asks again when it is looked at.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && event.target.id === "newer") event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    const end = document.getElementById("newer");
    if (!document.hidden && end && window.htmx) window.htmx.trigger(document.body, "message-sent");
  });

  // The answer that was pressed in an e-mail is sent at once; the button is for who has no script.
  document.querySelector("form[data-send-at-once]")?.requestSubmit();
})();
