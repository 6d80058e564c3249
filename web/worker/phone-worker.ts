/**
 * Opens the pages for phones without a network: `/m` and what is below it. It keeps the page, what the
 * page is made of and what the service says of its city to anybody; no other answer of the API, so that
 * nothing of a person is here. What an inspector writes is kept by the page itself.
 *
 * The build puts its version and its files in front of it; a browser finds another version by itself,
 * and takes it when no page of the old one is open.
 */
declare const PHONE_VERSION: string
declare const PHONE_FILES: readonly string[]

const worker = self as unknown as ServiceWorkerGlobalScope
const CACHES = 'wanmi-phone-'
const CACHE = `${CACHES}${PHONE_VERSION}`
const PAGE = '/m'
const CITY = '/api/v1/console'
/** A network that takes longer is as good as none. */
const PATIENCE_MS = 4_000

worker.addEventListener('install', (event) => event.waitUntil(keepAll()))
worker.addEventListener('activate', (event) => event.waitUntil(dropOld()))
worker.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== worker.location.origin) return
  if (request.mode === 'navigate') {
    if (pathname === PAGE || pathname.startsWith(`${PAGE}/`)) event.respondWith(newest(event, PAGE))
  } else if (pathname === CITY) event.respondWith(newest(event, CITY))
  else if (PHONE_FILES.includes(pathname)) event.respondWith(kept(request))
})

async function keepAll(): Promise<void> {
  const cache = await caches.open(CACHE)
  await Promise.all([
    cache.addAll([...PHONE_FILES]),
    // Programs that ask for a page are told that there is none.
    keep(cache, new Request(PAGE, { headers: { accept: 'text/html' }, cache: 'no-store' })),
    keep(cache, new Request(CITY)),
  ])
}

async function keep(cache: Cache, request: Request): Promise<void> {
  const response = await fetch(request)
  if (!response.ok) throw new Error(`${request.url} answered ${response.status}`)
  await cache.put(new URL(request.url).pathname, response)
}

async function dropOld(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(CACHES) && name !== CACHE) await caches.delete(name)
  }
}

/** What the service says now, or what it said last where it does not answer in time. */
async function newest({ request }: FetchEvent, key: string): Promise<Response> {
  const last = await (await caches.open(CACHE)).match(key)
  if (last === undefined) return fetch(request)
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) })
    // Of a gateway whose service is starting anew.
    return answer.status >= 500 ? last : answer
  } catch {
    return last
  }
}

/** What has its hash in its name is never another. */
async function kept(request: Request): Promise<Response> {
  return (await (await caches.open(CACHE)).match(request.url)) ?? fetch(request)
}
