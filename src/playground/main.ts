/** Starts the runtime, builds the shell, wires events to the store, opens the first screen. */
import { type IcnRuntime, startRuntime } from '../index.ts'
import { createActions } from './actions.ts'
import type { Context } from './context.ts'
import { fill, h } from './dom.ts'
import { plural } from './format.ts'
import { type IntakeHandlers, listenForModules, readAddress } from './intake.ts'
import { meshOf } from './network.ts'
import { notStarted } from './not-started.ts'
import { notice, passNotices, restartMessage, withdrawNotice } from './notices.ts'
import { runHead, runPanel } from './panels/run.ts'
import { progress } from './parts/busy.ts'
import { restartable } from './restartable.ts'
import { href, lazy, type PanelFactory, parseRoute, startRouter } from './router.ts'
import { loadSamples } from './samples.ts'
import { options, rememberedSettings, type Settings } from './settings.ts'
import { buildShell, type Shell } from './shell.ts'
import { createStore, INITIAL, type Store, type UiState } from './store.ts'
import { countThisTab } from './tabs.ts'
import { applyTheme } from './theme.ts'

applyTheme()
countThisTab()
const app = document.querySelector('#app')
if (app) void start(app)

async function start(place: Element): Promise<void> {
  // A file dropped before the runtime is up would otherwise make the browser leave the page.
  let opened: (handlers: IntakeHandlers) => void = () => {}
  const handlers = new Promise<IntakeHandlers>((resolve) => {
    opened = resolve
  })
  listenForModules({
    take: (module) => void handlers.then((ready) => ready.take(module)),
    write: (source) => void handlers.then((ready) => ready.write(source)),
    refuse: (name, error) => void handlers.then((ready) => ready.refuse(name, error)),
  })
  const settings = rememberedSettings()
  const store = createStore<UiState>({ ...INITIAL, ...settings })
  const shell = buildShell(place, store)
  tellOfNetwork(store)
  const begin = async (storage: Storage): Promise<void> => {
    const waiting = h('div')
    fill(shell.outlet, parseRoute(location.hash).name === 'run' && runHead(settings.network), waiting)
    const slow = setTimeout(() => fill(waiting, progress('Starting the runtime')), 200)
    try {
      const [{ runtime, restart }] = await Promise.all([
        restartable<Settings>((wanted) => launch(wanted, wanted === settings, storage), settings),
        fillSamples(store),
      ])
      store.set({ lastTick: Date.now() }) // the runtime looks at its clock when it starts, then once per interval
      Object.assign(window, { icn: runtime }) // for the console and for end-to-end tests
      const did = await runtime.identity.did()
      clearTimeout(slow)
      shell.usable(true)
      if (storage === 'memory')
        notice('memory', 'Nothing is stored: what this node does is forgotten when this tab is closed.')
      if (import.meta.env.PROD)
        void import('./offline/register.ts')
          .then((offline) => offline.registerOffline())
          .catch(() => undefined) // it works without, while there is a network
      opened(open({ runtime, did, store, actions: createActions(runtime, did, store, restart) }, shell))
    } catch (error) {
      clearTimeout(slow)
      shell.usable(false)
      document.title = 'The runtime did not start · ICN playground'
      fill(shell.outlet, ...notStarted(error, () => void begin('memory')))
    }
  }
  await begin('indexeddb')
}

type Storage = 'indexeddb' | 'memory'

/** What is here goes on working without a network; what is elsewhere does not. */
function tellOfNetwork(store: Store<UiState>): void {
  const tell = () => {
    if (navigator.onLine) return withdrawNotice('offline')
    const apart =
      typeof store.get().network === 'object' ? ' Nodes elsewhere are met again once you are online.' : ''
    const parts = navigator.serviceWorker?.controller
      ? ''
      : ' Screens that you have not opened yet may not load until then.'
    notice(
      'offline',
      `You are offline. Your node goes on working: all it needs is in this browser.${apart}${parts}`,
    )
  }
  for (const event of ['online', 'offline'] as const) window.addEventListener(event, tell)
  tell()
}

/** At the first start a network that cannot be had, for want of its code or of a good address, leaves the node alone. */
async function launch(settings: Settings, first: boolean, storage: Storage): Promise<IcnRuntime> {
  let mesh: Awaited<ReturnType<typeof meshOf>> = {}
  try {
    mesh = await meshOf(settings.network)
  } catch (error) {
    if (!first) throw error
    const why = error instanceof Error ? error.message : String(error)
    notice('network', `This node is alone: it could not join its network. ${why}`)
  }
  return startRuntime({ ...options(settings, storage), ...mesh })
}

function open(context: Context, shell: Shell): IntakeHandlers {
  const { actions } = context
  const handlers: IntakeHandlers = {
    take(module) {
      showRun()
      void actions.takeModule(module)
    },
    write(source) {
      context.store.set({ incoming: source })
      if (parseRoute(location.hash).name !== 'write') location.hash = href('write')
    },
    refuse(name, error) {
      showRun()
      actions.refuse(name, error)
    },
  }
  follow(context)
  const either = (list: PanelFactory, one: PanelFactory): PanelFactory => {
    return (argument, signal) => (argument === undefined ? list : one)(argument, signal)
  }
  startRouter(
    shell.outlet,
    {
      run: runPanel(context, handlers),
      write: lazy(async () => (await import('./panels/write.ts')).writePanel(context)),
      open: lazy(async () => (await import('./panels/open.ts')).openPanel(context, handlers)),
      receipts: lazy(async () => {
        const [{ receiptsPanel }, { receiptPanel }] = await Promise.all([
          import('./panels/receipts.ts'),
          import('./panels/receipt.ts'),
        ])
        return either(receiptsPanel(context), receiptPanel(context))
      }),
      jobs: lazy(async () => {
        const [{ jobsPanel }, { jobPanel }] = await Promise.all([
          import('./panels/jobs.ts'),
          import('./panels/job-page.ts'),
        ])
        return either(jobsPanel(context), jobPanel(context))
      }),
      governance: lazy(async () => (await import('./panels/governance.ts')).governancePanel(context)),
      mana: lazy(async () => (await import('./panels/mana.ts')).manaPanel(context)),
      blocks: lazy(async () => {
        const [{ blocksPanel }, { blockPanel }] = await Promise.all([
          import('./panels/blocks.ts'),
          import('./panels/block.ts'),
        ])
        return either(blocksPanel(context), blockPanel(context))
      }),
      node: lazy(async () => (await import('./panels/node.ts')).nodePanel(context)),
    },
    nowhere,
    (route) => {
      passNotices()
      shell.show(route)
    },
  )
  void openFirst(context, handlers)
  return handlers
}

/** Something to run is there from the start, unless the address says otherwise. */
async function openFirst({ runtime, store, actions }: Context, handlers: IntakeHandlers): Promise<void> {
  const { name } = parseRoute(location.hash)
  if (name === 'write' || name === 'open') return
  const { choice, choosing, samples } = store.get()
  if (!choice && !choosing && samples[0]) await actions.chooseSample(samples[0])
  if (name !== 'run') return
  await readAddress(handlers)
  // `npm start` shows at once what a run leaves; a visitor of the built playground decides what runs.
  if (import.meta.env.DEV && location.search === '') {
    const { items } = await runtime.receipts.list({ limit: 1 })
    if (items.length === 0 && store.get().run.kind === 'none') await actions.run()
  }
}

/** A module may arrive while another screen is open. */
function showRun(): void {
  if (parseRoute(location.hash).name !== 'run') location.hash = href('run')
}

/** Keeps the balance current, shows the last run of an earlier visit, and tells of restarts. */
function follow({ runtime, did, store }: Context): void {
  const readBalance = () => void runtime.mana.balance().then((balance) => store.set({ balance }), report)
  runtime.on('mana', (event) => {
    if (event.did !== did) return
    store.set({ balance: event.balance })
    if (event.cause === 'regeneration' && !store.get().regenerating) store.set({ lastTick: Date.now() })
  })
  runtime.on('restart', ({ reason }) => {
    store.set({ lastTick: Date.now() })
    if (reason === 'crash' || !shownBeside(store)) notice('restart', restartMessage(reason))
    readBalance() // a run that was stopped has got its mana back
  })
  runtime.on('integrity', ({ bad }) => {
    if (bad.length === 0) return withdrawNotice('integrity')
    notice('integrity', `The check of what is stored found ${plural(bad.length, 'damaged block')}.`, {
      label: 'Look at the blocks',
      act() {
        location.hash = href('blocks')
        withdrawNotice('integrity')
      },
    })
  })
  readBalance()
  void runtime.receipts.list({ limit: 10 }).then(({ items }) => {
    const stored = items.find((receipt) => receipt.run) // a job without a contract leaves a receipt too
    if (stored && store.get().run.kind === 'none') store.set({ run: { kind: 'earlier', stored } })
  }, report)
}

/** A run that was stopped is told where its result would be; a notice as well would only move the page under it. */
function shownBeside(store: Store<UiState>): boolean {
  const { kind } = store.get().run
  const { name } = parseRoute(location.hash)
  return (kind === 'running' || kind === 'failed') && ['run', 'write', 'open'].includes(name)
}

function report(error: unknown): void {
  notice('storage', error instanceof Error ? error.message : String(error))
}

async function fillSamples(store: Store<UiState>): Promise<void> {
  try {
    store.set({ samples: await loadSamples() })
  } catch (error) {
    store.set({ samplesError: error })
  }
}

const nowhere: PanelFactory = () => ({
  title: 'Not found',
  element: h(
    'div',
    { class: 'page-head' },
    h('h1', {}, 'There is nothing here'),
    h(
      'p',
      {},
      'The address does not name a screen of the playground. ',
      h('a', { href: href('run') }, 'Run a contract'),
    ),
  ),
})
