/** What is due for a client: an answer to a ping we cannot read, or its end. */
export type Due = 'ping-answer' | 'keepalive' | 'not-reading' | undefined

const SILENCE_FACTOR = 1.5
const DRAIN_TIMEOUT_MS = 60_000
const ANSWER_EVERY_MS = 5_000

/**
 * Whether a client is there, asked twice a second. One that is silent for one and a half times its
 * keepalive is gone (MQTT-3.1.2-24). One we do not read cannot be heard: it is taken to be there,
 * and as its PINGREQ lies unread in the socket it gets a PINGRESP every few seconds unasked. mqtt.js
 * gives up half a keepalive after its ping, Paho for Go after ten seconds, the other Pahos and
 * mosquitto after a whole keepalive; each takes an answer it did not ask for as an answer. So an
 * outage of the database, during which nobody is read, ends no connection.
 */
export class Liveness {
  readonly #answerEveryMs: number
  readonly #silenceMaxMs: number
  #heardAt: number
  #answerDueAt: number
  #takesAt: number

  /** Seconds; 0 is none, which counts as the longest. */
  constructor(keepalive: number, keepaliveMax: number, now: number) {
    const allowed = Math.min(keepalive || keepaliveMax, keepaliveMax)
    this.#answerEveryMs = Math.min((keepalive * 1_000) / 2, ANSWER_EVERY_MS)
    this.#silenceMaxMs = allowed * 1_000 * SILENCE_FACTOR
    this.#heardAt = now
    this.#takesAt = now
    // Without a keepalive it never pings.
    this.#answerDueAt = keepalive === 0 ? Infinity : now
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
    if (now < this.#answerDueAt) return undefined
    this.#answerDueAt = now + this.#answerEveryMs
    return 'ping-answer'
  }
}
