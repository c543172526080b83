// Whether anything has come: asked now and then while somebody looks, by a request that is answered "no" without a body.
// On the inbox's own page the list is brought up to date as well.
(() => {
  "use strict";
  const EVERY = 25000;
  const link = document.querySelector("[data-inbox-news]");
  if (!link) return;
  let tag = "";
  let timer = 0;

  function count(unread, words) {
    let mark = link.querySelector(".site-head__count");
    if (!unread) {
      mark?.remove();
      return;
    }
    if (!mark) {
      mark = document.createElement("span");
      mark.className = "site-head__count";
      link.append(mark);
    }
    const seen = document.createElement("span");
    seen.setAttribute("aria-hidden", "true");
    seen.textContent = String(unread);
    const said = document.createElement("span");
    said.className = "unseen";
    said.textContent = ` ${words}`;
    mark.replaceChildren(seen, said);
  }

  async function list() {
    const shown = document.querySelector("[data-inbox]");
    if (!shown || shown.querySelector("select:focus")) return;
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-inbox]");
    if (!fresh) return;
    const focused = shown.contains(document.activeElement) ? document.activeElement.id : "";
    shown.replaceWith(fresh);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }

  async function ask() {
    clearTimeout(timer);
    if (document.visibilityState !== "visible") return;
    try {
      const answer = await fetch(link.dataset.inboxNews, {
        credentials: "same-origin",
        cache: "no-store",
        headers: tag ? { "If-None-Match": tag } : {},
      });
      if (answer.redirected || answer.status === 403) return; // signed out in another window
      if (answer.ok) {
        const shown = parseInt(link.querySelector(".site-head__count")?.textContent ?? "0", 10) || 0;
        const first = !tag;
        tag = answer.headers.get("ETag") || "";
        const { unread, words } = await answer.json();
        count(unread, words);
        if (!first || unread !== shown) await list();
      }
    } catch {
      // No connection just now: ask again later.
    }
    timer = setTimeout(ask, EVERY);
  }

  document.addEventListener("visibilitychange", ask);
  timer = setTimeout(ask, EVERY);
})();
