/** What happened, in plain words. The runtime's own sentences carry the numbers; these say what they mean for a person. */
import type { JobStatus, ManaCause } from '../index.ts'
import { bytes, number } from './format.ts'

export type Tone = 'good' | 'bad' | 'warn'

export interface Ending {
  readonly tone: Tone
  readonly title: string
  readonly sentence: string
}

export interface Failure {
  readonly code: string
  readonly message: string
  readonly reason?: string
  readonly function?: string
}

const STOPS: Readonly<Record<string, readonly [title: string, sentence: string]>> = {
  outOfFuel: ['Stopped: out of fuel', 'It used up its fuel before it was done, so the runtime stopped it.'],
  callDepth: ['Stopped: calls nested too deep', 'Its functions called one another deeper than is allowed.'],
  memoryLimit: ['Refused: too much memory', 'It asked for more memory than a contract may have.'],
  unreachable: [
    'Failed: the contract gave up',
    'It reached a place its author marked as never to be reached.',
  ],
  outOfBounds: ['Failed: outside its memory', 'It touched memory or table entries that do not exist.'],
  indirectCallTypeMismatch: ['Failed: wrong kind of call', 'It called a function as something it is not.'],
  integerDivideByZero: ['Failed: division by zero', 'It divided a whole number by zero.'],
  integerOverflow: ['Failed: number too large', 'It got a number that its kind of integer cannot hold.'],
  stackOverflow: [
    'Stopped: calls nested too deep',
    'Its functions called one another until the stack was full.',
  ],
}

const CODES: Readonly<Record<string, readonly [title: string, sentence: string]>> = {
  HostAbi: ['Failed: bad host call', 'It called the runtime with something that makes no sense.'],
  Economic: ['Refused: not enough mana', 'There was not enough mana for it.'],
  PermissionDenied: ['Refused: not allowed', 'It tried something a contract may not do here.'],
  InvalidSystemApiCall: ['Failed: unknown host call', 'It called something this runtime does not offer.'],
  ExecutionTimeout: ['Stopped: took too long', 'It ran longer than the clock allows, so it was stopped.'],
  ResourceLimitExceeded: ['Refused: over a limit', 'It went over one of the limits of this runtime.'],
  WorkerCrashed: [
    'Stopped: the runtime restarted',
    'The worker that ran it ended; a new one has been started.',
  ],
  Aborted: ['Cancelled', 'You cancelled the run.'],
}

export function ending(success: boolean, result: bigint | null, failure: Failure | undefined): Ending {
  if (success)
    return {
      tone: 'good',
      title: 'Completed',
      sentence:
        result === null
          ? 'The contract ran to its end. It returns no value.'
          : `The contract ran to its end and returned ${number(result)}.`,
    }
  const known = STOPS[failure?.reason ?? ''] ?? CODES[failure?.code ?? '']
  const [title, sentence] = known ?? ['Failed', 'The contract did not get to its end.']
  return { tone: failure?.code === 'Aborted' ? 'warn' : 'bad', title, sentence }
}

/** The sentence about what the receipt promises when a run failed. */
export function afterFailure(manaCharged: bigint): string {
  return manaCharged === 0n
    ? 'Nothing it did was kept, and its mana was given back. The receipt says that it failed.'
    : 'Nothing it did was kept. The receipt says that it failed.'
}

export interface Problem {
  readonly title: string
  /** What happened, where the runtime's own sentence is one for engineers. */
  readonly plain?: string
  /** What the person can do about it. */
  readonly advice?: string
  readonly code: string
  readonly message: string
  readonly data: Data
}

/** Storage failures come with their own advice in the runtime's sentence. */
const PROBLEMS: Readonly<Record<string, readonly [title: string, advice?: string]>> = {
  StorageUnavailable: ['The storage of this page cannot be used'],
  VersionMismatch: ['This page and what it stored do not fit together'],
  QuotaExceeded: ['The storage for this page is full'],
  WorkerCrashed: [
    'The runtime stopped and was started again',
    'Everything stored before is still there. Try again.',
  ],
  Closed: ['The runtime has been closed', 'Reload the page to start it again.'],
  Aborted: ['Cancelled'],
  ExecutionTimeout: ['It took too long', 'The runtime stopped it. A smaller fuel budget ends a run earlier.'],
  Economic: ['Not enough mana', 'Mana comes back by itself over time. The Mana page shows when.'],
  ResourceLimitExceeded: ['Over a limit of this runtime'],
  UnknownJob: ['No such job'],
  InvalidSpec: ['It cannot be taken as it stands'],
  InvalidParameters: ['It cannot be taken as it stands'],
  PermissionDenied: ['That is not allowed here'],
  InvalidJobState: ['That is not possible any more'],
  ProcessingFailure: ['It could not take effect'],
  SignatureError: ['The signature is not valid'],
  MissingOrInvalidReceipt: ['The receipt is missing or not valid'],
}

type Data = Readonly<Record<string, unknown>>

/** By `data.reason`. */
const PLAIN: Readonly<Record<string, (data: Data) => string>> = {
  insufficientMana: ({ balance, needed }) =>
    `There are ${amount(balance)} mana, and ${amount(needed)} are needed.`,
  outdated: () =>
    'Another tab has a newer version of this page, so this one can store nothing more. Reload this page.',
  newer: () =>
    'What is stored here was written by a newer version of this page. Reload the page to get that version.',
  cleared: () =>
    'What this page had stored was deleted while it was open. Reload the page to start anew; if you have an export of this node, the Blocks screen takes it back in.',
  damaged: () =>
    'What this page has stored was changed or cut short from outside and cannot be read any more.',
  dataLoss: () => 'The browser found what this page had stored to be broken, and dropped it.',
  blocked: () => 'An older tab of this page holds the storage. Close or reload that tab, then try again.',
  wrongReplacement: () => 'The file does not hold this block: what is in it has another name.',
  malformed: (data) =>
    `It is not a whole WebAssembly module: a file of another kind, or one that was cut off or damaged.${at(data)}`,
  invalid: () => 'Its code does not fit together, so no WebAssembly engine would run it.',
  unsupportedFeature: (data) => `It uses a part of WebAssembly that contracts may not use here.${at(data)}`,
  foreignImport: (data) => `It asks for something that this runtime gives to no contract.${at(data)}`,
  reservedName: () => 'It uses a name that is kept for the runtime itself.',
  memoryLimit: ({ actual, limit }) =>
    `It wants ${memory(actual)} to start with; a run may have ${memory(limit)}. A higher memory limit can be chosen.`,
  moduleLimit: ({ limitName, actual, limit }) =>
    `It is larger than a contract may be (${limitName}): it has ${amount(actual)}, and at most ${amount(limit)} are allowed.`,
  fuelLimit: ({ limit }) => `That is more fuel than a run may be given: at most ${amount(limit)}.`,
  badExport: () =>
    'The file is not as a node of this kind writes it: another file, or one that was changed or cut off.',
}

const NO_ROOM =
  'The browser has no more room for what this page keeps. Delete what you no longer need here, or make room on this device, then try again.'

/** Where, for those who look into files; nothing when it is not known. */
function at({ offset }: Data): string {
  return typeof offset === 'number' ? ` The trouble begins at byte ${number(offset)}.` : ''
}

function memory(pages: unknown): string {
  return typeof pages === 'number' ? bytes(pages * 65_536) : 'more memory'
}

function amount(value: unknown): string {
  return typeof value === 'bigint' || typeof value === 'number' ? number(value) : 'fewer'
}

/** The code of an error that has none: the page's own, or the browser's. */
export const UNCODED = 'Unexpected'

export function problem(error: unknown): Problem {
  const found = (error ?? {}) as { code?: unknown; name?: unknown; message?: unknown; data?: unknown }
  const full = found.name === 'QuotaExceededError' // of the browser, for the files of the workspace
  const code = typeof found.code === 'string' ? found.code : full ? 'QuotaExceeded' : UNCODED
  const [title, advice] = PROBLEMS[code] ?? ['That did not work']
  const data = typeof found.data === 'object' && found.data !== null ? (found.data as Data) : {}
  const plain = full ? NO_ROOM : PLAIN[String(data.reason)]?.(data)
  return {
    title,
    ...(plain ? { plain } : {}),
    ...(advice ? { advice } : {}),
    code,
    message:
      code === 'Aborted' // by nobody but the person at this page
        ? 'You stopped it.'
        : typeof found.message === 'string' && found.message
          ? found.message
          : String(error),
    data,
  }
}

const CAUSES: Readonly<Record<ManaCause, string>> = {
  initial: 'Starting balance',
  spend: 'Spent',
  credit: 'Credited',
  escrow: 'Held for a job',
  payment: 'Earned by running a job',
  refund: 'Given back',
  regeneration: 'Regenerated',
  governance: 'Governance',
  zk: 'Proof checked',
}

/** @param amount tells which way it went, where that makes another word of it */
export function cause(name: ManaCause, amount = 0n): string {
  if (name === 'governance' && amount !== 0n)
    return amount < 0n ? 'Paid for a proposal or a vote' : 'From a decision of the members'
  return CAUSES[name] ?? name
}

const ENDS: Readonly<Record<string, string>> = {
  completes: 'Runs to its end',
  outOfFuel: 'Is stopped: out of fuel',
  memoryLimit: 'Is refused: too much memory',
  callDepth: 'Is stopped: calls too deep',
  integerDivideByZero: 'Fails: division by zero',
  unreachable: 'Fails: gives up',
}

/** How a sample is meant to end. */
export function expected({ ends, reason }: { readonly ends: string; readonly reason?: string }): string {
  return ENDS[reason ?? ends] ?? ENDS[ends] ?? 'Fails'
}

export const JOB_KINDS: Readonly<Record<JobStatus['kind'], string>> = {
  CclWasm: 'Run a contract',
  Echo: 'Echo: give back what was sent',
  GenericPlaceholder: 'Placeholder: nothing to do',
}

export const JOB_STATES: Readonly<Record<JobStatus['state'], string>> = {
  Pending: 'Waiting',
  Assigned: 'Being worked on',
  Completed: 'Completed',
  Failed: 'Failed',
  Cancelled: 'Cancelled',
}
