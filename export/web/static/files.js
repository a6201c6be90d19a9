// The large files, each loaded once, checked and kept; for the worker and the service worker. SITE comes from site.js.

importScripts("runtime/xz-decompress.min.js");

const OWN = `${new URL("./", location).pathname} `; // begins the names of this site's caches: an origin may have several sites
const LARGE = `${OWN}large`;
const saving = []; // promises; a full storage fails none of them

/**
 * Content of a large file; that of an .xz is unpacked.
 *
 * @param {string} name
 * @returns {Promise<Uint8Array>}
 * @throws {Error} in words for people.
 */
async function load(name) {
  const sha256 = SITE.large[name];
  const address = `${name}?${sha256}`;
  const cache = await self.caches?.open(LARGE).catch(() => null); // none over plain HTTP, or where nothing may be kept
  const kept = await cache?.match(address);
  if (kept) {
    const content = await bytes(kept);
    if (await isIntact(content, sha256)) return content;
    await cache.delete(address);
  }
  const content = await download(name, address);
  if (!(await isIntact(content, sha256))) throw new Error(`${name} is damaged. Load this page again.`);
  if (cache) saving.push(store(cache, name, address, content).catch(() => null));
  return content;
}

async function store(cache, name, address, content) {
  await cache.put(address, new Response(content));
  if (self.registration) return; // a service worker forgets other versions when no page shows them any more
  for (const { url } of await cache.keys(name, { ignoreSearch: true })) {
    if (!url.endsWith(address)) await cache.delete(url);
  }
}

async function download(name, address) {
  const response = await loaded(name, fetch(address, { cache: "no-cache" })); // or a damaged one would stay
  if (!response.ok) throw new Error(`${name} is missing from this site.`);
  const content = await loaded(name, bytes(response));
  return name.endsWith(".xz") ? unpack(content) : content;
}

/** What a promise gives; if it fails, the network is to blame. */
const loaded = (name, promise) =>
  promise.catch((cause) => {
    throw new Error(`${name} cannot be loaded. Is there a network? Then load this page again.`, { cause });
  });

async function unpack(content) {
  const unpacked = new self["xz-decompress"].XzReadableStream(new Response(content).body);
  return bytes(new Response(unpacked)).catch(() => new Uint8Array()); // as damaged as it is
}

const bytes = async (response) => new Uint8Array(await response.arrayBuffer());

/** Without a secure context there are no digests: the self-test must do. */
async function isIntact(content, sha256) {
  if (!self.crypto?.subtle) return content.length > 0;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("") === sha256;
}
