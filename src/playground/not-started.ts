/** What stands where the screens would be while there is no runtime: why, and the ways on from there. */
import { fill, h } from './dom.ts'
import { problemCard } from './parts/problem.ts'
import { databaseName } from './settings.ts'
import { problem } from './words.ts'

/** Where what is stored is of no use to anybody any more; a database that is newer, or another's, is left alone. */
const LOST: readonly unknown[] = ['damaged', 'dataLoss', 'failed', 'format']

/** @param forget starts the runtime without storage */
export function notStarted(error: unknown, forget: () => void): readonly HTMLElement[] {
  const { code, data } = problem(error)
  const ofStorage = code === 'StorageUnavailable' || code === 'VersionMismatch' || code === 'QuotaExceeded'
  const refused = storageRefused()
  return [
    h('header', { class: 'page-head' }, h('h1', { tabindex: '-1' }, 'The runtime did not start')),
    h(
      'div',
      { class: 'not-started' },
      h(
        'div',
        { role: 'alert' },
        problemCard(error, {
          retry: () => location.reload(),
          ...(refused
            ? {
                sentence:
                  'This browser does not let this site store anything. Allow it to keep cookies and site data, then try again.',
              }
            : {}),
        }),
      ),
      ofStorage && goingOn(forget),
      ofStorage && !refused && LOST.includes(data.reason) && startingAnew(),
    ),
  ]
}

/** Where a site may store nothing, asking for this already throws. */
function storageRefused(): boolean {
  try {
    return localStorage === null
  } catch {
    return true
  }
}

function goingOn(forget: () => void): HTMLElement {
  return h(
    'section',
    { class: 'stack' },
    h('h2', {}, 'Go on without storing'),
    h(
      'p',
      {},
      'Everything can be tried all the same, but nothing is kept: the key, the mana and the receipts of this node are gone when the tab is closed or a setting of the runtime is changed. What is stored already stays as it is.',
    ),
    h('p', {}, h('button', { type: 'button', class: 'button', onclick: forget }, 'Go on without storing')),
  )
}

function startingAnew(): HTMLElement {
  const trouble = h('div')
  return h(
    'details',
    { class: 'detail' },
    h('summary', {}, 'Delete what is stored and start anew'),
    h(
      'p',
      {},
      'This node gets a new key and a new account; what it stored before is gone for good. If you have an export of it, the Blocks screen takes that in afterwards. The contracts you wrote stay.',
    ),
    h(
      'p',
      {},
      h(
        'button',
        { type: 'button', class: 'button button-danger', onclick: () => void deleteAll(trouble) },
        'Delete all of it',
      ),
    ),
    trouble,
  )
}

function deleteAll(trouble: HTMLElement): void {
  const request = indexedDB.deleteDatabase(databaseName())
  request.onsuccess = () => location.reload()
  request.onerror = () => fill(trouble, problemCard(request.error))
  request.onblocked = () =>
    fill(trouble, h('p', { role: 'alert' }, 'Another tab still holds it. Close the other tabs of this page.'))
}
