import { reactive, readonly } from 'vue'
import { session } from '#web/src/session/session.ts'

/** What a viewer watches; see `GET /api/v1/live`. */
export interface LiveQuestion {
  /** west,south,east,north in degrees. */
  readonly bbox?: string
  readonly devices?: readonly string[]
  readonly cases?: boolean
}

export type LiveListeners = Readonly<Record<string, (data: unknown) => void>>

const state = reactive({
  /** Of all feeds that are open: whether each is connected. */
  isConnected: true,
  /** Since when one is not; null while all are. */
  lostSince: null as number | null,
  /** When something was last heard. */
  heardAt: null as number | null,
})

/** Whether the console hears what happens, for the head of every page. */
export const liveState = readonly(state)

const lost = new Set<LiveFeed>()

const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 15_000
/** A heartbeat comes every fifteen seconds: where three were not heard nobody is there any more. */
const SILENCE_MS = 50_000

/**
 * A feed that comes back by itself. `EventSource` gives up where the service answers with an error, as
 * it does while it starts again, so reconnecting is ours.
 */
export class LiveFeed {
  readonly #address: string
  readonly #listeners: LiveListeners
  /** Called each time it is connected: what happened before that was not heard. */
  readonly #onOpen: () => void
  #source: EventSource | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #watchdog: ReturnType<typeof setTimeout> | undefined
  #retry_ms = FIRST_RETRY_MS
  #isClosed = false

  constructor(question: LiveQuestion, listeners: LiveListeners, onOpen: () => void = () => {}) {
    const query = new URLSearchParams()
    if (question.bbox !== undefined) query.set('bbox', question.bbox)
    if (question.devices !== undefined) query.set('device', question.devices.join(','))
    if (question.cases === true) query.set('cases', 'true')
    this.#address = `/api/v1/live?${query}`
    this.#listeners = listeners
    this.#onOpen = onOpen
    window.addEventListener('offline', this.#onOffline)
    window.addEventListener('online', this.#onOnline)
    this.#open()
  }

  close(): void {
    this.#isClosed = true
    window.removeEventListener('offline', this.#onOffline)
    window.removeEventListener('online', this.#onOnline)
    clearTimeout(this.#timer)
    clearTimeout(this.#watchdog)
    this.#source?.close()
    lost.delete(this)
    tell()
  }

  #open(): void {
    if (this.#isClosed) return
    const source = new EventSource(this.#address)
    this.#source = source
    this.#hear(source)
    source.addEventListener('open', () => {
      this.#hear(source)
      this.#retry_ms = FIRST_RETRY_MS
      lost.delete(this)
      tell()
      this.#onOpen()
    })
    source.addEventListener('error', () => this.#onLost(source))
    source.addEventListener('heartbeat', () => this.#hear(source))
    for (const [type, listener] of Object.entries(this.#listeners)) {
      source.addEventListener(type, (event: MessageEvent<string>) => {
        state.heardAt = Date.now()
        this.#hear(source)
        listener(JSON.parse(event.data))
      })
    }
  }

  /** A connection that hangs breaks nothing and says nothing: it is given up when it is silent for long. */
  #hear(source: EventSource): void {
    clearTimeout(this.#watchdog)
    this.#watchdog = setTimeout(() => this.#onLost(source), SILENCE_MS)
  }

  /** The browser knows before any connection does that there is no network. */
  readonly #onOffline = (): void => {
    if (this.#source) this.#onLost(this.#source)
  }

  readonly #onOnline = (): void => {
    this.#retry_ms = FIRST_RETRY_MS
    if (lost.has(this)) void this.#again()
  }

  #onLost(source: EventSource): void {
    source.close()
    if (this.#isClosed) return
    clearTimeout(this.#timer)
    clearTimeout(this.#watchdog)
    lost.add(this)
    tell()
    this.#timer = setTimeout(() => void this.#again(), this.#retry_ms)
    this.#retry_ms = Math.min(this.#retry_ms * 2, LONGEST_RETRY_MS)
  }

  /** A feed says only that it failed; whether the session ended has to be asked. */
  async #again(): Promise<void> {
    clearTimeout(this.#timer)
    const response = await fetch('/api/v1/session').catch(() => undefined)
    if (response?.status === 401) await session.signInAgain()
    this.#source?.close()
    this.#open()
  }
}

function tell(): void {
  state.isConnected = lost.size === 0
  state.lostSince = lost.size === 0 ? null : (state.lostSince ?? Date.now())
}
