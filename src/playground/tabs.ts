/** How many tabs have the playground open: each holds a shared lock for as long as it lives, also when it crashes. */

const LOCK = 'icn-playground-tab'

export function countThisTab(): void {
  void navigator.locks?.request(LOCK, { mode: 'shared' }, () => new Promise(() => {})).catch(() => undefined)
}

export async function openTabs(): Promise<number> {
  const { held = [] } = (await navigator.locks?.query()) ?? {}
  return Math.max(1, held.filter(({ name }) => name === LOCK).length)
}
