/** Hash routes: `#/run`, `#/receipts/<cid>`. Each change builds one panel, sets the title and moves focus to its heading. */
import { fill, h } from './dom.ts'
import { progress } from './parts/busy.ts'
import { type ProblemOptions, problemCard } from './parts/problem.ts'

export interface Panel {
  readonly title: string
  readonly element: HTMLElement
}

/** Builds a panel; everything it listens to ends with the signal, when the person goes elsewhere. */
export type PanelFactory = (argument: string | undefined, signal: AbortSignal) => Panel | Promise<Panel>

/** A screen whose code is loaded when it is first opened. */
export function lazy(load: () => Promise<PanelFactory>): PanelFactory {
  return async (argument, signal) => (await load())(argument, signal)
}

export interface Route {
  readonly name: string
  readonly argument: string | undefined
}

export function parseRoute(hash: string): Route {
  const [name = '', argument] = hash.replace(/^#\/?/, '').split('/')
  return { name: name || 'run', argument: argument ? safeDecode(argument) : undefined }
}

export function href(name: string, argument?: string): string {
  return argument === undefined ? `#/${name}` : `#/${name}/${encodeURIComponent(argument)}`
}

export function startRouter(
  outlet: HTMLElement,
  panels: Readonly<Record<string, PanelFactory>>,
  missing: PanelFactory,
  onRoute: (route: Route) => void,
): void {
  let life = new AbortController()
  const show = async (first: boolean) => {
    life.abort()
    life = new AbortController()
    const { signal } = life
    const route = parseRoute(location.hash)
    const factory = Object.hasOwn(panels, route.name) ? panels[route.name] : undefined
    onRoute(route)
    const made = (factory ?? missing)(route.argument, signal)
    try {
      const panel = made instanceof Promise ? await patiently(outlet, made) : made
      if (signal.aborted) return
      outlet.replaceChildren(panel.element)
      document.title = `${panel.title} · ICN playground`
    } catch (error) {
      if (signal.aborted) return
      fill(
        outlet,
        h('header', { class: 'page-head' }, h('h1', {}, 'This screen could not be loaded')),
        h(
          'div',
          { role: 'alert' },
          problemCard(error, { ...unfetched(error), retry: () => void show(false) }),
        ),
      )
    }
    if (first) return
    window.scrollTo(0, 0)
    const heading = outlet.querySelector('h1')
    heading?.setAttribute('tabindex', '-1')
    heading?.focus({ preventScroll: true })
  }
  window.addEventListener('hashchange', () => void show(false))
  void show(true)
}

/** A screen's code that does not come is the browser's error, without a code of ours. */
function unfetched(error: unknown): ProblemOptions {
  if (typeof (error as { code?: unknown } | null)?.code === 'string') return {}
  return {
    title: 'A part of this page is missing',
    sentence: navigator.onLine
      ? 'It could not be fetched from the site. Try again in a moment; if that does not help, reload the page.'
      : 'It was never opened here before, and you are offline. Try again once you are online.',
  }
}

/** The screen before stays until it has taken longer than the eye would notice; a page without a heading is never shown. */
async function patiently(outlet: HTMLElement, made: Promise<Panel>): Promise<Panel> {
  const timer = setTimeout(
    () =>
      fill(
        outlet,
        h('header', { class: 'page-head' }, h('h1', {}, 'One moment')),
        progress('Loading this screen'),
      ),
    200,
  )
  try {
    return await made
  } finally {
    clearTimeout(timer)
  }
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
