/** What is due for a client: an answer to a ping we cannot read, or its end. */
export type Due = 'ping-answer' | 'keepalive' | 'not-reading' | undefined

const SILENCE_FACTOR = 1.5
const DRAIN_TIMEOUT_MS = 60_000

/**
 * Whether a client is there, asked twice a second. One that is silent for one and a half times its
 * keepalive is gone (MQTT-3.1.2-24). One we do not read cannot be heard: it is taken to be there,
 * and as its PINGREQ lies unread in the socket it gets a PINGRESP each half keepalive unasked.
 * mqtt.js gives up half a keepalive after its ping, Paho and mosquitto a whole one; each takes an
 * answer it did not ask for as an answer. So an outage of the database, during which nobody is
 * read, ends no connection.
 */
export class Liveness {
  readonly #keepaliveMs: number
  readonly #silenceMaxMs: number
  #heardAt: number
  #answeredAt = Number.NEGATIVE_INFINITY
  #takesAt: number

  /** Seconds; 0 is none, which counts as the longest. */
  constructor(keepalive: number, keepaliveMax: number, now: number) {
    const allowed = Math.min(keepalive || keepaliveMax, keepaliveMax)
    this.#keepaliveMs = keepalive * 1_000
    this.#silenceMaxMs = allowed * 1_000 * SILENCE_FACTOR
    this.#heardAt = now
    this.#takesAt = now
  }

  heard(now: number): void {
    this.#heardAt = now
  }

  /** `isBlocked`: it does not take what we write. `isStopped`: we do not read it. */
  due(now: number, isStopped: boolean, isBlocked: boolean): Due {
    if (!isBlocked) this.#takesAt = now
    if (now - this.#takesAt > DRAIN_TIMEOUT_MS) return 'not-reading'
    if (!isStopped) return now - this.#heardAt > this.#silenceMaxMs ? 'keepalive' : undefined
    this.#heardAt = now
    if (this.#keepaliveMs === 0 || now - this.#answeredAt < this.#keepaliveMs / 2) return undefined
    this.#answeredAt = now
    return 'ping-answer'
  }
}
