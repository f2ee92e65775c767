/** What catching up with other nodes came to, in a sentence. */
import type { SyncProgress } from '../index.ts'
import { plural } from './format.ts'

export function synced({ peers, statements, refused, receipts, blocks, missing }: SyncProgress): string {
  if (peers === 0) return 'Nobody answered.'
  const came = [
    statements > 0 && plural(statements, 'statement'),
    receipts > 0 && plural(receipts, 'receipt'),
    blocks > 0 && plural(blocks, 'block'),
  ].filter((part) => part !== false)
  return [
    `${plural(peers, 'node')} answered: ${came.length === 0 ? 'nothing was missing here' : `${came.join(', ')} came`}.`,
    refused > 0 ? ` ${plural(refused, 'statement')} of others did not count here.` : '',
    missing > 0 ? ` ${plural(missing, 'block')} nobody had.` : '',
  ].join('')
}
