/** Starts the offline cache of the built page, and tells when a newer version of the page is ready. */
import { notice } from '../notices.ts'

export async function registerOffline(): Promise<void> {
  const { serviceWorker } = navigator
  if (!serviceWorker) return // private windows of some browsers have none
  const controlled = serviceWorker.controller !== null
  let asked = false
  serviceWorker.addEventListener('controllerchange', () => {
    if (asked) location.reload()
    else if (controlled)
      notice('update', 'Another tab has started a newer version of this page. Reload this one too.')
  })
  const registration = await serviceWorker.register(new URL('sw.js', document.baseURI), { type: 'classic' })
  if (!registration) return // blocked, as by tests
  const offer = () => {
    const { waiting } = registration
    if (!waiting || !serviceWorker.controller) return
    notice('update', 'A newer version of this page is ready.', {
      label: 'Reload',
      act() {
        asked = true
        waiting.postMessage('take over')
      },
    })
  }
  offer()
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', offer)
  })
}
