/** Hash routes: `#/run`, `#/receipts/<cid>`. Each change builds one panel, sets the title and moves focus to its heading. */

export interface Panel {
  readonly title: string
  readonly element: HTMLElement
}

/** Builds a panel; everything it listens to ends with the signal, when the person goes elsewhere. */
export type PanelFactory = (argument: string | undefined, signal: AbortSignal) => Panel

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
  const show = (first: boolean) => {
    life.abort()
    life = new AbortController()
    const route = parseRoute(location.hash)
    const factory = Object.hasOwn(panels, route.name) ? panels[route.name] : undefined
    const panel = (factory ?? missing)(route.argument, life.signal)
    outlet.replaceChildren(panel.element)
    document.title = `${panel.title} · ICN playground`
    onRoute(route)
    if (first) return
    window.scrollTo(0, 0)
    const heading = outlet.querySelector('h1')
    heading?.setAttribute('tabindex', '-1')
    heading?.focus({ preventScroll: true })
  }
  window.addEventListener('hashchange', () => show(false))
  show(true)
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
