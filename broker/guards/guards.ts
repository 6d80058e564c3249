import type { Connection } from '#broker/connection.ts'
import type { FrameReader } from '#broker/frame-reader.ts'
import type { DeviceDirectory } from '#broker/ports.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config.ts'
import type { Logger } from '#runtime/logger.ts'
import type { Metrics } from '#runtime/metrics.ts'
import { Arrivals } from './arrivals.ts'
import { ConnectionCaps } from './connection-caps.ts'
import type { FilterLimits } from './filter-limits.ts'
import { GuessLimits } from './guess-limits.ts'
import { Nuisances } from './nuisances.ts'
import { Paces } from './paces.ts'
import { Watch, type WatchOptions } from './watch.ts'

export interface GuardsOptions {
  readonly config: Config['mqtt']
  /** Messages a second a client that is no device may send for good. */
  readonly strangerPerSecond: number
  readonly directory: Pick<DeviceDirectory, 'find'>
  readonly clock: Clock
  readonly metrics: Metrics
  readonly log: Logger
}

/** Room for the request of a WebSocket, its frames, and a CONNECT. */
const UPGRADE_BYTES = 16_384
const PACKETS_OF_GREETING = 2

/** What holds back whoever does too much of something, one of each for the whole broker. */
export class Guards {
  readonly nuisances: Nuisances
  readonly caps: ConnectionCaps
  readonly arrivals: Arrivals
  readonly guesses: GuessLimits
  readonly filters: FilterLimits
  readonly #paces: Paces
  readonly #directory: Pick<DeviceDirectory, 'find'>
  readonly #limits: WatchOptions['limits']

  constructor(options: GuardsOptions) {
    const { config, strangerPerSecond, directory, clock, metrics, log } = options
    this.#directory = directory
    this.nuisances = new Nuisances({ clock, metrics, log })
    const caps = {
      total: config.connectionsMax,
      perAddress: config.connectionsPerAddressMax,
      vain: { burst: config.vainBurst, perSecond: config.vainPerSecond },
      greetingBytes: UPGRADE_BYTES + PACKETS_OF_GREETING * config.connectLimitBytes,
    }
    this.caps = new ConnectionCaps(caps, metrics, this.nuisances)
    const arrivals = {
      takeovers: config.takeoversMax,
      windowMs: config.takeoverWindowS * 1_000,
      delayMs: config.takeoverDelayMs,
      delayMaxMs: config.takeoverDelayMaxMs,
    }
    this.arrivals = new Arrivals(arrivals, this.nuisances)
    this.guesses = new GuessLimits({
      perAddress: config.guessesPerAddress,
      perDevice: config.guessesPerDevice,
      perPair: config.guessesPerPair,
    })
    const pace = {
      factor: config.rateFactor,
      minPerSecond: config.rateMinPerSecond,
      backlogHours: config.rateBacklogHours,
      burstMessages: config.rateBurstMessages,
    }
    this.#paces = new Paces(pace, strangerPerSecond)
    this.filters = {
      filters: config.filtersMax,
      bytes: config.filterBytesMax,
      levels: config.filterLevelsMax,
    }
    this.#limits = {
      keepaliveMaxS: config.keepaliveMaxS,
      filters: this.filters,
      packetClock: {
        timeoutMs: config.packetTimeoutMs,
        bytesPerSecond: config.packetBytesPerSecond,
      },
    }
  }

  /** A client was let in: from now on it is watched. */
  watch(connection: Connection, reader: FrameReader): Watch {
    const now = performance.now()
    const { deviceId, origin } = connection
    this.caps.letIn(origin)
    const device = this.#directory.find(deviceId)
    const pace = device
      ? this.#paces.of(deviceId, device.reportingInterval, now)
      : this.#paces.ofStranger(now)
    const { nuisances } = this
    return new Watch({ connection, reader, pace, nuisances, limits: this.#limits }, now)
  }
}
