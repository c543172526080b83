// Says so when a passkey could not be read: allauth tells by an event and would otherwise leave it in the console.
(() => {
  "use strict";
  document.addEventListener("allauth.error", (event) => {
    const region = document.getElementById("messages");
    if (!region) return;
    event.preventDefault();
    const toast = document.createElement("div");
    toast.className = "toast toast--red";
    toast.dataset.toast = "";
    const words = document.createElement("p");
    words.textContent = document.querySelector('meta[name="passkey-failed"]').content;
    toast.append(words);
    region.append(toast);
  });
})();
