import type { CodeSplittingGroup } from 'rolldown'

export function workerChunks(options?: { readonly entryApart?: boolean }): { groups: CodeSplittingGroup[] }
