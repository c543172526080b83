// What a device keeps for the door goes when its keeper signs out, when another signs in, and when the workshop is over.
"use strict";
(() => {
  const me = document.currentScript?.dataset.user || "";
  let kept = 0;
  for (const name of Object.keys(localStorage)) {
    if (!name.startsWith("qiao-door:")) continue;
    let list = null;
    try { list = JSON.parse(localStorage.getItem(name)); } catch { /* unreadable: goes */ }
    if (!list || String(list.user) !== me || list.until < Date.now()) localStorage.removeItem(name); else kept += 1;
  }
  if (!kept && !me && "caches" in window) {
    caches.delete("qiao-door-1").catch(() => {});
    navigator.serviceWorker?.getRegistrations().then((all) => all.filter((each) => each.scope.includes("/day/door/")).forEach((each) => each.unregister())).catch(() => {});
  }
})();
