// Check-in on a phone: the list of those expected and what is not sent yet are kept on the device.
"use strict";
(() => {
  const door = document.getElementById("door");
  if (!door) return;
  const words = door.dataset;
  const one = (name) => door.querySelector(`[data-${name}]`);
  const LIST = `qiao-door:${words.workshop}`;
  const QUEUE = `qiao-door-queue:${words.workshop}`;
  const read = (name, otherwise) => { try { return JSON.parse(localStorage.getItem(name)) ?? otherwise; } catch { return otherwise; } };
  const write = (name, value) => localStorage.setItem(name, JSON.stringify(value));
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
  const newKey = () => { const raw = crypto.getRandomValues(new Uint8Array(16)); return Array.from(raw, (n) => n.toString(16).padStart(2, "0")).join(""); };
  let list = read(LIST, null);
  if (list && (String(list.user) !== words.user || list.until < Date.now())) { localStorage.removeItem(LIST); list = null; }
  let csrf = list?.csrf || "";
  let busy = false;
  let wait = 2000;
  let timer = 0;
  const queue = () => read(QUEUE, []);
  const person = (id) => list?.people.find((each) => each.id === id);
  const say = (text) => { one("said").textContent = text; };

  // Where somebody stands: as the site last said, and what this device has noted since.
  const standing = (each) => {
    let now = each.standing;
    const mine = queue();
    const undone = new Set(mine.filter((item) => item.kind === "undo").map((item) => item.of));
    for (const item of mine) if (item.person === each.id && item.kind !== "undo" && !undone.has(item.key)) now = item.kind === "in" ? "here" : "left";
    return now;
  };
  const add = (item) => { write(QUEUE, [...queue(), { key: newKey(), at: new Date().toISOString(), ...item }]); show(); later(0); };
  const note = (each, kind) => {
    const again = kind === "in" && standing(each) === "here";
    add({ person: each.id, kind, was: each.standing });
    say(fill(again ? words.wordAgain : words.wordNoted, { name: each.name }));
  };
  const undo = (each) => {
    const waiting = queue().filter((item) => item.person === each.id && item.kind !== "undo").at(-1);
    if (waiting && !busy) { write(QUEUE, queue().filter((item) => item.key !== waiting.key)); show(); }
    else if (waiting || each.key) { add({ person: each.id, kind: "undo", of: waiting ? waiting.key : each.key }); each.standing = each.was || "expected"; each.key = ""; }
    say(fill(words.wordUndone, { name: each.name }));
    show();
  };

  const button = (label, kind, act) => {
    const made = document.createElement("button");
    made.type = "button"; made.className = `button button--${kind}`; made.textContent = label;
    made.addEventListener("click", act);
    return made;
  };
  const line = (each) => {
    const now = standing(each);
    const row = document.createElement("li");
    row.className = "door__person"; row.dataset.person = each.id;
    const text = document.createElement("div");
    const name = document.createElement("b"); name.textContent = each.name;
    const of = document.createElement("span"); of.className = "quiet small"; of.textContent = ` ${each.organisation}`;
    const state = document.createElement("span"); state.className = "door__standing"; state.dataset.standing = now;
    state.textContent = { here: words.wordHere, left: words.wordLeft, expected: words.wordExpected, away: words.wordAway }[now];
    const waiting = queue().some((item) => item.person === each.id);
    text.append(name, of, document.createElement("br"), state);
    if (waiting) { const mark = document.createElement("span"); mark.className = "quiet small"; mark.textContent = ` · ${words.wordWaiting}`; text.append(mark); }
    const acts = document.createElement("div"); acts.className = "cluster";
    acts.append(now === "here" ? button(words.wordOut, "secondary", () => note(each, "out")) : button(words.wordIn, "primary", () => note(each, "in")));
    if (waiting || each.key) acts.append(button(words.wordUndo, "quiet", () => undo(each)));
    row.append(text, acts);
    return row;
  };
  const codeOf = (text) => {
    const wanted = text.trim().replace(/\/+$/, "").split("/").at(-1).toUpperCase().replaceAll("0", "O").replaceAll("1", "I").replace(/[^A-Z2-7]/g, "");
    return wanted.length === 8 || wanted.length === 16 ? wanted : "";
  };
  const holder = (text) => { const code = codeOf(text); const found = code ? list.people.filter((each) => each.token.startsWith(code)) : []; return found.length === 1 ? found[0] : null; };
  let shown = null;
  const search = (text) => {
    const parts = text.toLowerCase().split(/\s+/).filter(Boolean);
    const byCode = holder(text);
    const found = byCode ? [byCode] : list.people.filter((each) => parts.every((part) => `${each.name} ${each.organisation}`.toLowerCase().includes(part)));
    shown = found.slice(0, 20).map((each) => each.id);
    say(shown.length ? "" : words.wordNone);
    show();
  };
  const show = () => {
    if (!list) return;
    const focused = document.activeElement?.closest?.("[data-person]")?.dataset.person;
    if (shown) {
      one("people").replaceChildren(...shown.map(person).filter(Boolean).map(line));
      if (focused && !door.contains(document.activeElement)) one("people").querySelector(`[data-person="${focused}"] button`)?.focus();
    }
    const states = list.people.map(standing);
    one("here").textContent = states.filter((state) => state === "here").length;
    one("expected").textContent = states.filter((state) => state === "expected").length;
    const waiting = queue();
    one("unsent-part").hidden = waiting.length === 0;
    one("unsent").replaceChildren(...waiting.map((item) => {
      const row = document.createElement("li");
      const kind = { in: words.wordIn, out: words.wordOut, undo: words.wordUndo }[item.kind];
      row.textContent = `${new Date(item.at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" })} ${kind}: ${person(item.person)?.name ?? "…"}`;
      return row;
    }));
  };
  const link = (state) => {
    const text = { online: words.wordOnline, offline: words.wordOffline, out: words.wordSignedOut, trouble: words.wordTrouble }[state];
    const count = queue().length;
    one("link").hidden = false; one("link").dataset.link = state;
    one("link").textContent = count ? `${state === "online" ? "" : text} ${fill(words.wordUnsent, { n: count })}`.trim() : text;
  };

  const refresh = async () => {
    const answer = await fetch(words.list, { headers: { Accept: "application/json" }, redirect: "manual" });
    if (answer.type === "opaqueredirect" || answer.status === 403 || answer.status === 404) { localStorage.removeItem(LIST); list = null; shown = null; throw new Error("out"); }
    if (!answer.ok) throw new Error("trouble");
    const fresh = await answer.json();
    const keys = new Map((list?.people ?? []).map((each) => [each.id, each]));
    for (const each of fresh.people) { const old = keys.get(each.id); if (old?.key) { each.key = old.key; each.was = old.was; } }
    list = fresh; csrf = fresh.csrf; write(LIST, list);
  };
  const send = async () => {
    const items = queue().slice(0, 100);
    if (!items.length) return;
    const answer = await fetch(words.sync, {
      method: "POST", redirect: "manual", headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
      body: JSON.stringify({ items: items.map(({ key, person: who, kind, at, of }) => ({ key, person: who, kind, at, of })) }),
    });
    if (answer.type === "opaqueredirect") throw new Error("out");
    if (!answer.ok) throw new Error("trouble");
    const told = new Map((await answer.json()).answers.map((each) => [each.key, each]));
    for (const item of items) {
      const each = person(item.person); const said = told.get(item.key);
      if (!said) continue;
      if (said.outcome === "refused") say(fill(words.wordRefused, { name: each?.name ?? "", reason: said.reason }));
      else if (each && item.kind !== "undo") { each.standing = item.kind === "in" ? "here" : "left"; each.key = item.key; each.was = item.was; }
    }
    write(QUEUE, queue().filter((item) => !told.has(item.key)));
    if (list) write(LIST, list);
    if (queue().length) await send();
  };
  const sync = async () => {
    if (busy) return;
    busy = true;
    clearTimeout(timer);
    try {
      if (!csrf || !list) await refresh();
      try { await send(); } catch (error) { if (error.message !== "trouble") throw error; await refresh(); await send(); }
      await refresh();
      wait = 2000; link("online"); later(30000);
    } catch (error) {
      link(error.message === "out" ? "out" : error.message === "trouble" ? "trouble" : "offline");
      wait = Math.min(wait * 2, 60000);
      later(wait);
    } finally { busy = false; show(); }
  };
  const later = (delay) => { clearTimeout(timer); timer = setTimeout(sync, delay); };
  addEventListener("online", () => later(0));
  addEventListener("offline", () => link("offline"));
  addEventListener("beforeunload", (event) => { if (queue().length && navigator.onLine) event.preventDefault(); });

  const form = door.querySelector("form[role=search]");
  const input = form.querySelector("input");
  form.addEventListener("submit", (event) => { if (!list) return; event.preventDefault(); search(input.value); });
  input.addEventListener("input", () => { if (list && input.value.trim().length > 1) search(input.value); });

  // Some browsers know the word and read nothing: they say which codes they can read.
  const readsCodes = async () => {
    try { return "BarcodeDetector" in window && (await BarcodeDetector.getSupportedFormats()).includes("qr_code"); }
    catch { return false; }
  };
  const offerCamera = () => {
    one("camera").hidden = false; one("no-camera").hidden = true;
    const view = one("view");
    let last = ""; let lastAt = 0; let running = false;
    const look = async (detector) => {
      if (!running) return;
      try {
        for (const seen of await detector.detect(view)) {
          if (seen.rawValue === last && Date.now() - lastAt < 4000) continue;
          last = seen.rawValue; lastAt = Date.now();
          const each = list && holder(last);
          if (each) { shown = [each.id]; note(each, "in"); navigator.vibrate?.(80); } else say(words.wordUnknown);
        }
      } catch { /* a frame that cannot be read: the next one may be */ }
      setTimeout(() => look(detector), 200);
    };
    one("scan").addEventListener("click", async () => {
      if (running) { running = false; view.srcObject?.getTracks().forEach((track) => track.stop()); view.hidden = true; return; }
      try {
        view.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
        view.hidden = false; await view.play(); running = true;
        look(new BarcodeDetector({ formats: ["qr_code"] }));
      } catch { say(words.wordCamera); }
    });
  };
  if (navigator.mediaDevices?.getUserMedia) readsCodes().then((can) => { if (can) offerCamera(); });
  if ("serviceWorker" in navigator) navigator.serviceWorker.register(words.worker, { scope: words.scope }).catch(() => {});
  show();
  sync();
})();
