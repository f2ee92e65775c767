/**
 * A receipt with all that its replay takes, as one file (docs/execution-record.md): an export file (docs/export-format.md)
 * that holds the blocks of one receipt and nothing else. Equal receipts have equal files, whoever makes them; a file that
 * would not be written so again, byte for byte, is refused.
 */
import { concatBytes, equalBytes, fromUtf8, utf8 } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import { IcnError } from '../common/errors.ts'
import { isObject, stringifyJson } from '../common/json.ts'
import { parseJson } from '../common/json-parse.ts'
import type { DagBlock } from '../dag/block.ts'
import { decodeBlock, encodeBlock } from '../dag/transfer/block-record.ts'
import { badExport, FrameReader, FrameWriter } from '../dag/transfer/frames.ts'

/** Receipt, record, job, manifest where it is not the module, module. */
const MOST_BLOCKS = 5

/** @param blocks the receipt's first, the module's last */
export function encodeReceiptFile(blocks: readonly DagBlock[]): Uint8Array {
  const writer = new FrameWriter()
  const json = (value: Parameters<typeof stringifyJson>[0]) => utf8(stringifyJson(value))
  const head = { format: 1, producer: 'icn-runtime-web', receipt: blocks[0]!.cid.toString() }
  const end = { blocks: blocks.length, rows: 0, results: 0, deleted: [], omitted: [] }
  return concatBytes(
    writer.begin(),
    ...writer.frame('head', json(head)),
    ...blocks.flatMap((block) => writer.frame('block', encodeBlock(block))),
    ...writer.frame('end', json(end)),
  )
}

/**
 * The blocks of a file by their CIDs, each checked against its CID.
 * @throws IcnError DagOperationFailed `badExport` with `data.offset`
 */
export async function decodeReceiptFile(
  file: Uint8Array,
): Promise<{ readonly receipt: Cid; readonly blocks: ReadonlyMap<string, DagBlock> }> {
  let rest: Uint8Array | undefined = file
  const reader = new FrameReader(async () => {
    const chunk = rest
    rest = undefined
    return chunk
  })
  let receipt: Cid | undefined
  const blocks = new Map<string, DagBlock>()
  for (;;) {
    const found = await reader.next()
    if (found === undefined) throw badExport(reader.offset, 'the file ends before its end record')
    const { kind, payload, offset } = found
    try {
      if (kind === 'head' && receipt === undefined) receipt = receiptOf(payload)
      else if (kind === 'block' && blocks.size < MOST_BLOCKS) {
        const block = decodeBlock(payload)
        blocks.set(block.cid.toString(), block)
      } else if (kind === 'end') break
      else throw new Error(`a ${kind} record has no place here in the file of a receipt`)
    } catch (error) {
      if (IcnError.is(error) && error.data.reason === 'badExport') throw error
      throw badExport(offset, (error as Error).message, {}, error)
    }
  }
  const [first] = blocks.values()
  if (receipt === undefined || first === undefined || !first.cid.equals(receipt)) {
    throw badExport(0, 'it is not the file of a receipt: the block its head names does not come first')
  }
  // Lengths, counts and checks that are right already: what differs is a byte that no reader would miss.
  const again = encodeReceiptFile([...blocks.values()])
  if (!equalBytes(again, file)) {
    let at = 0
    while (again[at] === file[at]) at++
    throw badExport(at, 'it is not written as files of receipts are')
  }
  return { receipt, blocks }
}

function receiptOf(head: Uint8Array): Cid {
  const json = parseJson(fromUtf8(head, 'The head record'), 'The head record')
  if (!isObject(json) || typeof json.receipt !== 'string') {
    throw new Error('its head names no receipt; an export of a whole node is for dag.import')
  }
  return Cid.parse(json.receipt)
}
