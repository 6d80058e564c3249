import { CommandReply } from '#model/command.ts'
import type { Envelope } from '#model/envelope.ts'
import { messageOf, Rejected } from '#model/error.ts'
import type { Reason } from '#model/rejection.ts'
import { type SchemaFault, schemaCheck } from '#model/schema-fault.ts'
import { isStorable } from '#model/storable.ts'
import type { Logger } from '#runtime/logger.ts'
import type { Metrics } from '#runtime/metrics.ts'
import type { CommandDesk, Intake } from './ports.ts'
import { readJson } from './read-json.ts'
import type { Taker } from './taker.ts'
import { untilAvailable } from './until-available.ts'

export interface ReplyTakerOptions {
  readonly desk: CommandDesk
  readonly intake: Intake
  readonly metrics: Metrics
  readonly log: Logger
}

const faultsOf = schemaCheck(CommandReply)
const DETAIL_MAX = 200

/** What devices answer to commands. What is no reply goes to the quarantine, as all else does. */
export class ReplyTaker implements Taker {
  readonly #options: ReplyTakerOptions

  constructor(options: ReplyTakerOptions) {
    this.#options = options
  }

  take(message: Envelope, settled: () => void): void {
    const reply = parseReply(message.payload)
    if (isReply(reply)) void this.#store(message, reply, settled)
    else this.#refuse(message, reply, settled)
  }

  async #store(message: Envelope, reply: CommandReply, settled: () => void): Promise<void> {
    const { desk, log, metrics } = this.#options
    try {
      const wanted = () => true
      const isKnown = await untilAvailable(() => desk.reply(message.deviceId, reply), wanted)
      if (isKnown) {
        if (message.qos === 0) metrics.messagesBestEffort.inc()
        else metrics.messagesAcknowledged.inc()
        settled()
      } else {
        const detail = 'the device has no command of that id'
        this.#refuse(message, [{ code: 'reply-format', field: 'id', detail }], settled)
      }
    } catch (error) {
      const detail = messageOf(error).slice(0, DETAIL_MAX).toWellFormed()
      if (!(error instanceof Rejected)) {
        log.error({ deviceId: message.deviceId, reason: detail }, 'a reply could not be stored')
      }
      const isDatabase = !(error instanceof Rejected) || error.code === 'database-refused'
      const code = isDatabase ? 'database-refused' : 'reply-refused'
      this.#refuse(message, [{ code, detail }], settled)
    }
  }

  #refuse(message: Envelope, reasons: readonly Reason[], settled: () => void): void {
    this.#options.intake.refuse(message, reasons, settled)
  }
}

type Parsed = CommandReply | readonly Reason[]

const isReply = (parsed: Parsed): parsed is CommandReply => !Array.isArray(parsed)

function parseReply(payload: Uint8Array): Parsed {
  const json = readJson(payload)
  if ('code' in json) return [json]
  const { value } = json
  const faults = faultsOf(value)
  if (faults.length > 0) return faults.map(reasonOf)
  if (!isStorable(value)) return [{ code: 'text-not-storable' }]
  return value as CommandReply
}

const reasonOf = ({ field, detail }: SchemaFault): Reason => ({
  code: 'reply-format',
  ...(field === '' ? {} : { field: field.slice(0, DETAIL_MAX) }),
  detail: detail.slice(0, DETAIL_MAX).toWellFormed(),
})
