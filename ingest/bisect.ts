import { v5 as uuidv5 } from 'uuid'
import type { Batch, CommitOutcome } from '#model/commit.ts'
import type { Envelope } from '#model/envelope.ts'
import { Broken, messageOf, Rejected } from '#model/error.ts'
import type { Rejection } from '#model/rejection.ts'
import type { MessagePart, PendingBatch } from './pending-batch.ts'
import type { Sink } from './ports.ts'
import { reason } from './reason.ts'

/** The values are at fault, not the database: some smaller batch will pass. */
export const isRefusal = (error: unknown): error is Rejected =>
  error instanceof Rejected && error.code === 'database-refused'

/** What became of a batch: its outcome and what went to the quarantine in the end. */
export interface Committed {
  readonly outcome: CommitOutcome
  readonly rejections: readonly Rejection[]
  /** It is in the spool, and not in the database yet. */
  readonly isSpooled?: true
}

/** In one go; only when the sink refuses the values, in the parts it takes. */
export async function commitWhole(sink: Sink, batch: PendingBatch): Promise<Committed> {
  try {
    return { outcome: await sink.process(batch), rejections: batch.rejections }
  } catch (error) {
    if (!isRefusal(error)) throw error
    const committed = await commitInParts(sink, batch.parts())
    const { fromSpool } = batch
    // Only now all of it is there.
    if (fromSpool) await sink.process({ readings: [], rejections: [], resolved: [], fromSpool })
    return committed
  }
}

interface Refused<Item> {
  readonly item: Item
  readonly error: Rejected
}

/**
 * Commits the messages of a batch that was refused whole. It is halved until what is refused stands
 * alone; a reading that is refused alone goes to the quarantine in its place.
 *
 * @throws whatever the sink throws but a refusal; Broken('internal') when it refuses even that.
 */
export async function commitInParts(
  sink: Sink,
  messages: readonly MessagePart[],
): Promise<Committed> {
  const outcomes: CommitOutcome[] = []
  const rejections: Rejection[] = []
  const commit = async (batch: Batch): Promise<void> => {
    outcomes.push(await sink.process(batch))
    rejections.push(...batch.rejections)
  }
  const refused = await commitHalves(messages, (part) => commit(joined(part)))
  for (const { item } of refused) await commitMessage(item, commit)
  return { outcome: total(outcomes), rejections }
}

/** One message that cannot be stored as it is: its good readings, then the rest as rejections. */
async function commitMessage(
  message: MessagePart,
  commit: (batch: Batch) => Promise<void>,
): Promise<void> {
  const indices = [...message.readings.keys()]
  const refused = await commitHalves(indices, (part) =>
    commit({
      readings: message.readings.filter((_, index) => part.includes(index)),
      rejections: [],
      resolved: [],
    }),
  )
  const rejections = refused.map(({ item, error }) => rejectionOf(message, item, error))
  const isSettled = rejections.every(({ replayOf }) => replayOf === null)
  const rest = {
    readings: [],
    rejections: [...message.rejections, ...rejections],
    resolved: isSettled ? message.resolved : [],
  }
  const failed = await commitHalves([rest], ([part]) => commit(part ?? rest))
  for (const { error } of failed) await commitBare(message, error, commit)
}

/** The last resort: the message itself, and only that it was refused. */
async function commitBare(
  { envelope }: MessagePart,
  error: Rejected,
  commit: (batch: Batch) => Promise<void>,
): Promise<void> {
  const { deviceId, topic, payload, receivedAt, replayOf } = envelope
  const reasons = [reason('database-refused')]
  const id = refusalId(envelope, payload, null)
  const rejection = { id, deviceId, topic, payload, item: null, receivedAt, reasons, replayOf }
  try {
    await commit({ readings: [], rejections: [rejection], resolved: [] })
  } catch (again) {
    if (!isRefusal(again)) throw again
    throw new Broken('internal', 'a message can be stored neither as readings nor as a rejection', {
      cause: error,
    })
  }
}

/** Commits all that can be; gives back each item that is refused even alone. */
async function commitHalves<Item>(
  items: readonly Item[],
  commit: (part: readonly Item[]) => Promise<void>,
): Promise<Refused<Item>[]> {
  if (items.length === 0) return []
  try {
    await commit(items)
    return []
  } catch (error) {
    if (!isRefusal(error)) throw error
    const [item] = items
    if (items.length === 1 && item !== undefined) return [{ item, error }]
    const middle = items.length >> 1
    const first = await commitHalves(items.slice(0, middle), commit)
    return [...first, ...(await commitHalves(items.slice(middle), commit))]
  }
}

function rejectionOf(message: MessagePart, index: number, error: Rejected): Rejection {
  const { deviceId, topic, receivedAt, replayOf } = message.envelope
  const item = message.items[index] ?? null
  const payload = message.payloadOf(item)
  return {
    id: refusalId(message.envelope, payload, item),
    deviceId,
    topic,
    payload,
    item,
    receivedAt,
    reasons: [reason('database-refused', undefined, messageOf(error))],
    replayOf: item === null ? replayOf : null,
  }
}

/** Of these ids alone. */
const NAMESPACE = '0d6f6a5e-6b1c-4a38-9a0d-2f6a0a3f9c55'

/** The same each time the message is committed in parts, as it may be again after a crash. */
function refusalId(envelope: Envelope, payload: Uint8Array, item: number | null): string {
  const { deviceId, topic, receivedAt } = envelope
  const words = Buffer.from(`${deviceId} ${topic} ${receivedAt} ${item ?? ''} `)
  return uuidv5(Buffer.concat([words, payload]), NAMESPACE)
}

const joined = (messages: readonly MessagePart[]): Batch => ({
  readings: messages.flatMap(({ readings }) => readings),
  rejections: messages.flatMap(({ rejections }) => rejections),
  resolved: messages.flatMap(({ resolved }) => resolved),
})

const total = (outcomes: readonly CommitOutcome[]): CommitOutcome => ({
  stored: outcomes.reduce((sum, { stored }) => sum + stored, 0),
  duplicates: outcomes.reduce((sum, { duplicates }) => sum + duplicates, 0),
  cases: outcomes.flatMap(({ cases }) => cases),
})
