// How the worker is cut: what it starts with, and the rooms that are loaded at their first use (src/runtime/rooms.ts and
// every other `late`). Each group takes what its modules need and no group before it has; the rest is cut by the bundler.

/** @param {string} paths alternatives below src, without their ending */
const modules = (paths) => new RegExp(`[\\\\/]src[\\\\/](?:${paths.replaceAll('/', '[\\\\/]')})\\.ts$`)

/**
 * @param {{ entryApart?: boolean }} [options] the entry holds nothing but the import of the start, so that it may be
 *   renamed or asked for with a query: rooms import the start, and by another name it would be loaded twice
 * @returns {{ groups: import('rolldown').CodeSplittingGroup[] }}
 */
export function workerChunks({ entryApart = false } = {}) {
  const start = { name: 'start', tags: /** @type {['$initial']} */ (['$initial']), priority: 5 }
  return {
    groups: [
      entryApart ? { ...start, test: (id) => !modules('worker').test(id) } : start,
      // Read before the runtime is ready, where it is given: it must not wait for what else has rules of governance.
      { name: 'governance-options', test: modules('runtime/governance-options'), priority: 4 },
      { name: 'tasks', test: modules('runtime/tasks'), priority: 4 },
      { name: 'blocks', test: modules('runtime/(?:dag|receipts|jobs)-facade'), priority: 3 },
      { name: 'run', test: modules('runtime/(?:work|recovery)'), priority: 2 },
      { name: 'audit', test: modules('runtime/audit'), priority: 1 },
      { name: 'files', test: modules('runtime/(?:export|car|import)|worker/transfers'), priority: 0 },
    ],
  }
}
