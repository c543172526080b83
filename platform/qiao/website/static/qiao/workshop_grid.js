// The grid of a programme: sessions are carried by pointer or by keyboard; each drop is saved at once.
"use strict";
(() => {
  const root = document.getElementById("grid");
  if (!root) return;
  document.body.classList.add("is-live");
  const words = root.dataset;
  const saidLine = root.querySelector("[data-said]");
  const undoButton = root.querySelector("[data-undo]");
  const moves = [];
  let held = null; // what is carried: {card, row, room, minutes, against, ghost, by}
  let saving = false;

  const board = () => document.getElementById("grid-board");
  const rows = () => Array.from(board().querySelectorAll("tbody tr"));
  const columns = () => Array.from(board().querySelectorAll("thead th[data-column]"));
  const step = () => Number(board().dataset.step);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
  const say = (text, trouble = false) => { saidLine.textContent = text; saidLine.classList.toggle("is-trouble", trouble); };
  const csrf = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] || root.querySelector("input[name=csrfmiddlewaretoken]")?.value || document.querySelector("input[name=csrfmiddlewaretoken]")?.value || "";
  const cardOf = (id) => board().querySelector(`[data-session="${CSS.escape(id)}"]`);
  const moment = (row) => new Date(row.dataset.at).getTime();

  // --- talking to the site
  const show = (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("grid-board");
    if (!fresh) return false;
    const frame = board().querySelector(".grid-frame");
    const [left, top] = [frame.scrollLeft, frame.scrollTop];
    board().replaceWith(document.importNode(fresh, true));
    const now = board().querySelector(".grid-frame");
    now.scrollLeft = left; now.scrollTop = top;
    return true;
  };
  const send = async (card, values) => {
    if (saving) return false;
    saving = true;
    const body = new FormData();
    body.set("edition", card.dataset.edition);
    body.set("day", board().dataset.day);
    for (const [name, value] of Object.entries(values)) body.set(name, value);
    try {
      const answer = await fetch(card.dataset.place, { method: "POST", body, headers: { "X-CSRFToken": csrf(), "X-Requested-With": "fetch" }, credentials: "same-origin" });
      if (!show(await answer.text())) throw new Error(String(answer.status));
      say(board().dataset.message, !answer.ok);
      if (answer.status === 409) { moves.length = 0; undoButton.hidden = true; }
      return answer.ok;
    } catch {
      say(words.wordOffline, true);
      return false;
    } finally {
      saving = false;
    }
  };
  const look = async () => {
    if (held || saving || document.hidden) return;
    const asked = board().dataset;
    try {
      const answer = await fetch(`${words.board}?day=${asked.day}&version=${asked.version}`, { credentials: "same-origin", headers: { "X-Requested-With": "fetch" } });
      if (answer.status !== 200 || held || saving || board().contains(document.activeElement)) return;
      if (show(await answer.text())) say(words.wordChanged);
    } catch { /* the next look may succeed */ }
  };
  setInterval(look, 5000);

  // --- carrying
  const place = () => (held.row < 0 ? words.wordWaiting : fill(words.wordAt, { time: rows()[held.row].dataset.time, room: columns()[held.column].dataset.name, minutes: held.minutes }));
  const level = () => (held.row < 0 || !held.against ? 0 : held.against[columns()[held.column].dataset.column]?.[new Date(rows()[held.row].dataset.at).toISOString().replace(".000Z", "+00:00")] || 0);
  const colour = (on) => {
    for (const cell of board().querySelectorAll(".is-soft.grid-cell, .is-hard.grid-cell")) cell.classList.remove("is-soft", "is-hard");
    if (!on || !held?.against) return;
    for (const row of rows()) {
      const at = new Date(row.dataset.at).toISOString().replace(".000Z", "+00:00");
      for (const cell of row.querySelectorAll(".grid-cell[data-room]")) {
        const found = held.against[cell.dataset.room]?.[at];
        if (found) cell.classList.add(found === 2 ? "is-hard" : "is-soft");
      }
    }
  };
  const draw = () => {
    const tray = board().querySelector("[data-tray]");
    tray.classList.toggle("is-target", held.row < 0);
    const ghost = held.ghost;
    ghost.hidden = held.row < 0;
    if (held.row < 0) return;
    const frame = board().querySelector(".grid-frame");
    const all = rows();
    const head = columns()[held.column].getBoundingClientRect();
    const box = frame.getBoundingClientRect();
    const first = all[held.row].getBoundingClientRect();
    const last = all[Math.min(all.length - 1, held.row + Math.max(1, Math.round(held.minutes / step())) - 1)].getBoundingClientRect();
    ghost.style.left = `${head.left - box.left + frame.scrollLeft + 3}px`;
    ghost.style.top = `${first.top - box.top + frame.scrollTop}px`;
    ghost.style.width = `${head.width - 6}px`;
    ghost.style.height = `${Math.max(20, last.bottom - first.top)}px`;
    const found = level();
    ghost.classList.toggle("is-hard", found === 2);
    ghost.classList.toggle("is-soft", found === 1);
    ghost.textContent = `${held.card.dataset.title} · ${all[held.row].dataset.time} · ${held.minutes}′`;
  };
  const announce = () => {
    const found = level();
    say([place(), found === 2 ? words.wordHard : found === 1 ? words.wordSoft : ""].filter(Boolean).join(". "), found === 2);
  };
  const pick = (card, by) => {
    if (held || saving || card.hasAttribute("data-locked")) return false;
    const all = rows();
    const from = card.dataset.from ? new Date(card.dataset.from).getTime() : null;
    const row = from === null ? -1 : all.findIndex((each) => moment(each) === from);
    const column = Math.max(0, columns().findIndex((each) => each.dataset.column === (card.dataset.in ?? columns()[0].dataset.column)));
    const ghost = document.createElement("div");
    ghost.className = "grid-ghost"; ghost.hidden = true;
    board().querySelector(".grid-frame").append(ghost);
    held = { card, by, row, column, minutes: Number(card.dataset.minutes), against: null, ghost, was: { at: card.dataset.from || "", room: card.dataset.in || "", minutes: card.dataset.minutes, row, column } };
    card.classList.add("is-held");
    document.body.classList.add("is-dragging");
    const mine = held;
    fetch(`${card.dataset.against}?day=${board().dataset.day}`, { credentials: "same-origin" })
      .then((answer) => (answer.ok ? answer.json() : null))
      .then((found) => { if (found && held === mine) { held.against = found.against; colour(true); draw(); } })
      .catch(() => {});
    return true;
  };
  const release = () => {
    colour(false);
    held.ghost.remove();
    held.card.classList.remove("is-held");
    board().querySelector("[data-tray]").classList.remove("is-target");
    document.body.classList.remove("is-dragging");
    held = null;
  };
  const leave = () => { const grip = held.card.querySelector("[data-grip]"); release(); say(words.wordLeft); grip?.focus(); };
  const drop = async () => {
    const { card, row, column, minutes, was, by } = held;
    const same = row === was.row && column === was.column && String(minutes) === was.minutes;
    const values = row < 0 ? { at: "", room: "", minutes } : { at: rows()[row].dataset.at, room: columns()[column].dataset.column, minutes };
    if (same) { leave(); return; }
    const id = card.dataset.session;
    release();
    if (await send(card, values)) {
      moves.push({ id, ...was });
      undoButton.hidden = false;
    }
    if (by === "keyboard") cardOf(id)?.querySelector("[data-grip]")?.focus();
  };
  const undo = async () => {
    const last = moves.pop();
    undoButton.hidden = moves.length === 0;
    const card = last && cardOf(last.id);
    if (card) await send(card, { at: last.at, room: last.room, minutes: last.minutes });
  };
  undoButton.addEventListener("click", undo);

  // --- by pointer: mouse, pen or finger
  const aim = (event) => {
    const tray = board().querySelector("[data-tray]").getBoundingClientRect();
    if (event.clientY >= tray.top && event.clientY <= tray.bottom && held.edge !== true) { held.row = -1; draw(); return; }
    const all = rows();
    const y = event.clientY - (held.grab || 0);
    let row = all.findIndex((each) => { const box = each.getBoundingClientRect(); return y >= box.top && y < box.bottom; });
    if (row < 0) row = y < all[0].getBoundingClientRect().top ? 0 : all.length - 1;
    if (held.edge) { held.minutes = Math.max(step(), (row - held.row + 1) * step()); draw(); return; }
    const heads = columns();
    let column = heads.findIndex((each) => { const box = each.getBoundingClientRect(); return event.clientX >= box.left && event.clientX < box.right; });
    if (column < 0) column = event.clientX < heads[0].getBoundingClientRect().left ? 0 : heads.length - 1;
    held.row = row; held.column = column;
    draw();
  };
  const follow = (event) => {
    if (!held) return;
    const frame = board().querySelector(".grid-frame");
    const box = frame.getBoundingClientRect();
    if (event.clientY > box.bottom - 30) frame.scrollTop += 12;
    if (event.clientY < box.top + 60) frame.scrollTop -= 12;
    if (event.clientX > box.right - 30) frame.scrollLeft += 12;
    if (event.clientX < box.left + 60) frame.scrollLeft -= 12;
    aim(event);
  };
  root.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-grip], [data-edge]");
    if (!grip || event.button > 0 || held) return;
    const card = grip.closest("[data-session]");
    let begun = false;
    const from = [event.clientX, event.clientY];
    const move = (next) => {
      if (!begun) {
        if (Math.hypot(next.clientX - from[0], next.clientY - from[1]) < 4) return;
        if (!pick(card, "pointer")) { say(words.wordLocked, true); stop(); return; }
        begun = true;
        held.edge = grip.hasAttribute("data-edge");
        held.grab = held.edge || held.row < 0 ? 0 : Math.max(0, from[1] - card.getBoundingClientRect().top);
      }
      next.preventDefault();
      follow(next);
    };
    const stop = () => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", up);
      window.removeEventListener("pointercancel", cancel);
    };
    const up = () => { stop(); if (begun && held) drop(); };
    const cancel = () => { stop(); if (begun && held) leave(); };
    window.addEventListener("pointermove", move, { passive: false });
    window.addEventListener("pointerup", up);
    window.addEventListener("pointercancel", cancel);
    if (grip.hasAttribute("data-edge")) event.preventDefault();
  });

  // --- by keyboard
  root.addEventListener("click", (event) => {
    // A press of Enter or Space on a grip is a click without a pointer.
    const grip = event.target.closest("[data-grip]");
    if (!grip || event.detail > 0) return;
    event.preventDefault();
    if (held) { drop(); return; }
    const card = grip.closest("[data-session]");
    if (!pick(card, "keyboard")) return;
    draw();
    say(fill(words.wordPicked, { title: card.dataset.title, place: place() }));
  });
  document.addEventListener("keydown", (event) => {
    if (held && event.key === "Escape") { event.preventDefault(); leave(); return; }
    if (!held && (event.ctrlKey || event.metaKey) && event.key === "z" && moves.length && !event.target.closest("input, textarea")) { event.preventDefault(); undo(); return; }
    if (!held || held.by !== "keyboard") return;
    const last = rows().length - 1;
    const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-4, 0], PageDown: [4, 0] }[event.key];
    if (!by && event.key !== "Delete") { if (event.key === "Tab") event.preventDefault(); return; }
    event.preventDefault();
    if (event.key === "Delete") held.row = -1;
    else if (event.shiftKey && by[0]) held.minutes = Math.max(step(), held.minutes + by[0] * step());
    else if (held.row < 0) held.row = 0;
    else if (by[0] < 0 && held.row === 0) held.row = -1;
    else {
      held.row = Math.min(last, Math.max(0, held.row + by[0]));
      held.column = Math.min(columns().length - 1, Math.max(0, held.column + by[1]));
    }
    draw();
    if (held.row >= 0) held.ghost.scrollIntoView({ block: "nearest", inline: "nearest" });
    announce();
  });

  // --- locks without leaving the page
  root.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-lock]");
    if (!form) return;
    event.preventDefault();
    const card = form.closest("[data-session]");
    const id = card.dataset.session;
    send(card, { lock: form.elements.lock.value }).then(() => cardOf(id)?.querySelector("[data-lock] button")?.focus());
  });
})();
