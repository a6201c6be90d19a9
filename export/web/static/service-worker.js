// Keeps the whole site for when there is no network. A changed site is kept beside the old one until no page shows that.

importScripts("site.js", "files.js");

const SHELL = OWN + SITE.version;

addEventListener("install", (event) => event.waitUntil(keep()));
addEventListener("activate", (event) => event.waitUntil(forget().then(() => clients.claim())));
addEventListener("fetch", (event) => {
  if (event.request.method === "GET") event.respondWith(answer(event.request));
});

async function keep() {
  const shell = await caches.open(SHELL);
  await shell.addAll(SITE.shell.map((name) => new Request(name, { cache: "reload" })));
  for (const name of Object.keys(SITE.large)) await load(name);
  await Promise.all(saving);
}

async function forget() {
  for (const name of await caches.keys()) {
    if (name.startsWith(OWN) && name !== SHELL && name !== LARGE) await caches.delete(name);
  }
  const wanted = Object.entries(SITE.large).map(([name, sha256]) => new URL(`${name}?${sha256}`, location).href);
  const large = await caches.open(LARGE);
  for (const { url } of await large.keys()) {
    if (!wanted.includes(url)) await large.delete(url);
  }
}

async function answer(request) {
  const shell = await caches.open(SHELL);
  const address = request.url.split(/[?#]/)[0].replace(/\/index\.html$/, "/");
  return (await shell.match(address)) ?? fetch(request);
}
