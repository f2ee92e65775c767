/**
 * Serves the built playground from a cache once it has been loaded, so that it works without a network. Each build has a
 * cache of its own, named after its contents; a newer build waits until a person asks for it, so that a page never gets
 * half of each. Responses are kept whole, with the content policy they came with. Made into `sw.js` by scripts/offline.mjs.
 */

/** Put in place by the build: every file, relative to the page, and a name for just these contents. */
declare const FILES: readonly string[]
declare const VERSION: string

interface Waiting extends Event {
  waitUntil(work: Promise<unknown>): void
}

interface Asking extends Event {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}

/** As much of ServiceWorkerGlobalScope as is used; the project's types are those of pages. */
interface Scope {
  readonly registration: { readonly scope: string }
  readonly clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', listener: (event: Waiting) => void): void
  addEventListener(type: 'fetch', listener: (event: Asking) => void): void
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void
}

const scope = self as unknown as Scope
const PREFIX = 'icn-playground-'
const CACHE = `${PREFIX}${VERSION}`
const root = scope.registration.scope
const known = new Set(FILES.map((file) => new URL(file, root).href))

scope.addEventListener('install', (event) => {
  const requests = FILES.map((file) => new Request(new URL(file, root), { cache: 'reload' }))
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)))
})

scope.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names
            .filter((name) => name.startsWith(PREFIX) && name !== CACHE)
            .map((name) => caches.delete(name)),
        ),
      )
      .then(() => scope.clients.claim()),
  )
})

scope.addEventListener('message', (event) => {
  if (event.data === 'take over') void scope.skipWaiting()
})

scope.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method !== 'GET') return
  const url = new URL(request.url)
  url.hash = ''
  url.search = ''
  const href = url.href.replace(/\/index\.html$/, '/')
  if (known.has(href)) event.respondWith(answer(href, request))
})

/** A cache may have been cleared by the browser; then the network is asked. */
async function answer(href: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE)
  return (await cache.match(href)) ?? fetch(request)
}
