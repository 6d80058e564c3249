import type { Command, CommandMessage } from '#model/command.ts'
import { messageOf } from '#model/error.ts'
import { formatInstant } from '#model/time.ts'
import { commandTopic, TOPIC_PREFIX } from '#model/topic.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Logger } from '#runtime/logger.ts'
import { publish } from './outgoing-packets.ts'
import type { CommandDesk } from './ports.ts'
import { untilAvailable } from './until-available.ts'

export interface DownlinkOptions {
  readonly deviceId: string
  readonly desk: CommandDesk
  readonly clock: Clock
  readonly log: Logger
  readonly write: (bytes: Buffer) => void
}

type QoS = 0 | 1 | 2

const IN_FLIGHT_MAX = 16
const MESSAGE_ID_MAX = 65_535
const FILTERS_MAX = 16

/** What follows the device's prefix in a filter that matches its command topic. */
const COMMAND_FILTERS = ['command', 'command/#', '#', '+']

const devicePrefix = (deviceId: string): string => `${TOPIC_PREFIX}/${deviceId}/`

/**
 * The way of commands to one connected device. The desk is the only memory of commands: what is
 * not acknowledged when a connection ends is sent again on the next. They are written here and not
 * published through aedes, which tells nobody the packet id it gave a message.
 */
export class Downlink {
  readonly #options: DownlinkOptions
  /** Ids of the commands that wait for their PUBACK, by packet id. */
  readonly #inFlight = new Map<number, string>()
  /** Commands this connection has carried and the desk may still call pending. */
  #carried = new Set<string>()
  #lastMessageId = 0
  #isDelivering = false
  #isAskedAgain = false
  #isClosed = false
  /** What the device has subscribed to, by filter. */
  readonly #filters = new Map<string, QoS>()
  readonly #prefix: string

  constructor(options: DownlinkOptions) {
    this.#options = options
    this.#prefix = devicePrefix(options.deviceId)
  }

  /** Notes a subscription; false when it is to nothing of the device's, or one too many. */
  subscribe(filter: string, qos: QoS): boolean {
    const isNew = !this.#filters.has(filter)
    if (!filter.startsWith(this.#prefix) || filter.length === this.#prefix.length) return false
    if (isNew && this.#filters.size >= FILTERS_MAX) return false
    this.#filters.set(filter, qos)
    return true
  }

  unsubscribe(filters: readonly string[]): void {
    for (const filter of filters) this.#filters.delete(filter)
  }

  close(): void {
    this.#isClosed = true
  }

  /** Sends what is pending and not on its way, if the device listens. */
  deliver(): void {
    if (this.#commandQos() === undefined) return
    if (this.#isDelivering) this.#isAskedAgain = true
    else void this.#deliverAll()
  }

  /** The device has the command of that packet id. */
  acknowledge(messageId: number): void {
    const commandId = this.#inFlight.get(messageId)
    if (commandId === undefined) return
    this.#inFlight.delete(messageId)
    void this.#record('acknowledged', commandId).then(() => this.deliver())
  }

  /** With 0 nobody hears whether a command arrived; undefined when the device does not listen. */
  #commandQos(): 0 | 1 | undefined {
    const granted = COMMAND_FILTERS.map((filter) => this.#filters.get(this.#prefix + filter))
    const heard = granted.filter((qos) => qos !== undefined)
    if (heard.length === 0) return undefined
    return heard.some((qos) => qos > 0) ? 1 : 0
  }

  async #deliverAll(): Promise<void> {
    const { deviceId, desk, log } = this.#options
    this.#isDelivering = true
    try {
      do {
        this.#isAskedAgain = false
        const pending = await untilAvailable(
          () => desk.pending(deviceId),
          () => !this.#isClosed,
        )
        for (const command of pending ?? []) this.#send(command)
        const ids = new Set(pending?.map(({ id }) => id))
        this.#carried = new Set([...this.#carried].filter((id) => ids.has(id)))
      } while (this.#isAskedAgain)
    } catch (error) {
      log.error({ deviceId, reason: messageOf(error) }, 'commands could not be delivered')
    }
    this.#isDelivering = false
  }

  #send(command: Command): void {
    const { deviceId, clock, write } = this.#options
    const { id, name, args, expiresAt } = command
    const qos = this.#commandQos()
    if (qos === undefined || this.#isClosed || this.#carried.has(id)) return
    if (expiresAt <= clock.now()) return
    if (this.#inFlight.size >= IN_FLIGHT_MAX) return
    const message: CommandMessage = { id, name, args, expiresAt: formatInstant(expiresAt) }
    const messageId = this.#nextMessageId()
    if (qos === 1) this.#inFlight.set(messageId, id)
    this.#carried.add(id)
    const payload = JSON.stringify(message)
    write(publish({ topic: commandTopic(deviceId), payload, qos }, messageId))
    void this.#record('sent', id)
  }

  async #record(step: 'sent' | 'acknowledged', commandId: string): Promise<void> {
    const { deviceId, desk, log } = this.#options
    try {
      await untilAvailable(
        () => desk[step](commandId),
        () => true,
      )
    } catch (error) {
      log.error({ deviceId, commandId, step, reason: messageOf(error) }, 'command step not stored')
    }
  }

  #nextMessageId(): number {
    do this.#lastMessageId = (this.#lastMessageId % MESSAGE_ID_MAX) + 1
    while (this.#inFlight.has(this.#lastMessageId))
    return this.#lastMessageId
  }
}
