/** gossipsub as every node of the mesh runs it: pages, nodes in Node and relays. */
import {
  type GossipSub,
  type GossipsubOpts,
  type Message,
  StrictSign,
  TopicValidatorResult,
} from '@libp2p/gossipsub'
import type { PeerId } from '@libp2p/interface'
import { utf8 } from '../../common/bytes.ts'
import { MAX_MESSAGE_BYTES } from '../signed-message.ts'
import type { Judge, Verdict } from './judge.ts'

/** A frame may carry several messages. */
const FRAME_BYTES = 8 * MAX_MESSAGE_BYTES
/** What waits for a neighbour that reads slowly; more, and its stream ends (deaf.ts). */
const OUTBOUND_BYTES = 8 * MAX_MESSAGE_BYTES
/** Rejected messages are forgotten within ten minutes, like the breaches of a peer (peer-book.ts). */
const FORGET_SECONDS = 600
/** What is left of it then counts as nothing (gossipsub's own default). */
const NOTHING = 0.1

const VERDICTS: Record<Verdict, TopicValidatorResult> = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
}

/** @param most neighbours a message is passed on to at once; gossipsub's own number when absent */
export function gossipOptions(topic: string, most?: number): Partial<GossipsubOpts> {
  return {
    // Upstream's policy, and the id its library gives a message by default: neighbours name messages by it (ref §3.9).
    globalSignaturePolicy: StrictSign,
    msgIdFn: messageId,
    allowedTopics: [topic],
    allowPublishToZeroTopicPeers: true,
    fallbackToFloodsub: false,
    maxInboundDataLength: FRAME_BYTES,
    maxOutboundBufferSize: OUTBOUND_BYTES,
    ...(most === undefined ? {} : { D: most, Dhi: most, Dlo: 1, Dscore: 1, Dout: 0 }),
    scoreParams: {
      // Pages of one office share an address; a relay bounds connections by other means.
      IPColocationFactorWeight: 0,
      topics: {
        [topic]: {
          topicWeight: 1,
          timeInMeshWeight: 0,
          timeInMeshQuantum: 1_000,
          timeInMeshCap: 1,
          firstMessageDeliveriesWeight: 0,
          firstMessageDeliveriesDecay: 0.5,
          firstMessageDeliveriesCap: 1,
          // A quiet neighbour is no bad one.
          meshMessageDeliveriesWeight: 0,
          meshMessageDeliveriesDecay: 0.5,
          meshMessageDeliveriesCap: 1,
          meshMessageDeliveriesThreshold: 1,
          meshMessageDeliveriesWindow: 10,
          meshMessageDeliveriesActivation: 1_000,
          meshFailurePenaltyWeight: 0,
          meshFailurePenaltyDecay: 0.5,
          // Their square: from four on a neighbour gets no gossip (-10), from nine on it is not listened to (-80).
          invalidMessageDeliveriesWeight: -1,
          invalidMessageDeliveriesDecay: NOTHING ** (1 / FORGET_SECONDS),
        },
      },
    },
  }
}

/** rust-libp2p's: the author's id in base58 and the sequence number in decimals. */
function messageId(message: Message): Uint8Array {
  // Unsigned ones do not come this far.
  if (message.type !== 'signed') return message.data
  return utf8(`${message.from}${message.sequenceNumber}`)
}

/** Joins the topic, with the judge at its door. @param hear each message of others that was accepted, and who wrote it */
export function joinTopic(
  gossip: GossipSub,
  topic: string,
  judge: Judge,
  hear: (bytes: Uint8Array, author: PeerId, neighbour: PeerId) => void = () => {},
): void {
  gossip.topicValidators.set(topic, (neighbour, { data }) => VERDICTS[judge.judge(`${neighbour}`, data)])
  gossip.addEventListener('gossipsub:message', ({ detail: { msg, propagationSource } }) => {
    if (msg.topic === topic && msg.type === 'signed') hear(msg.data, msg.from, propagationSource)
  })
  gossip.subscribe(topic)
}
