{% autoescape off %}// Keeps the page of the door and its files, so that it opens without a network. It keeps no names.
const KEEP = "qiao-door-1";
const PAGE = {{ page }};
const FILES = {{ kept }};
self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEEP).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  const isPage = event.request.mode === "navigate" && url.pathname.startsWith(PAGE);
  if (isPage) {
    event.respondWith(
      fetch(event.request).then((answer) => {
        if (answer.ok && !answer.redirected && url.pathname === PAGE && !url.search) {
          const copy = answer.clone();
          event.waitUntil(caches.open(KEEP).then((cache) => cache.put(PAGE, copy)));
        }
        return answer;
      }).catch(() => caches.open(KEEP).then((cache) => cache.match(PAGE)).then((kept) => kept || Response.error()))
    );
  } else if (FILES.includes(url.pathname)) {
    event.respondWith(
      fetch(event.request).catch(() => caches.open(KEEP).then((cache) => cache.match(url.pathname)).then((kept) => kept || Response.error()))
    );
  }
});
{% endautoescape %}
