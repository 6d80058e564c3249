import type { Device } from '#model/device.ts'
import type { Envelope } from '#model/envelope.ts'
import { messageOf, Rejected } from '#model/error.ts'
import { patrolTerminal } from '#model/kinds/patrol-terminal.ts'
import type { Reason } from '#model/rejection.ts'
import { readTerminalReport, type TerminalReport } from '#model/terminal-report.ts'
import type { DurationMs } from '#model/time.ts'
import type { Logger } from '#runtime/logger.ts'
import type { Metrics } from '#runtime/metrics.ts'
import type { DeviceDirectory, Intake, ReportDesk } from './ports.ts'
import { readJson } from './read-json.ts'
import type { Taker } from './taker.ts'
import { untilAvailable } from './until-available.ts'

/** How far from its arrival the observation of a report may lie. */
export interface ReportLimits {
  readonly maxAge: DurationMs
  readonly maxAhead: DurationMs
}

export interface ReportTakerOptions {
  readonly desk: ReportDesk
  readonly directory: DeviceDirectory
  readonly intake: Intake
  readonly limits: ReportLimits
  readonly metrics: Metrics
  readonly log: Logger
}

const DETAIL_MAX = 200

/**
 * What inspectors report by their terminals. What cannot become a report goes to the quarantine with
 * every reason, and can be run again from there.
 */
export class ReportTaker implements Taker {
  readonly #options: ReportTakerOptions

  constructor(options: ReportTakerOptions) {
    this.#options = options
  }

  take(message: Envelope, settled: () => void): void {
    const device = this.#options.directory.find(message.deviceId)
    const senderFaults = faultsOfSender(device)
    const read = this.#read(message, device)
    if ('report' in read && senderFaults.length === 0) {
      void this.#store(message, read.report, settled)
      return
    }
    const formFaults = 'reasons' in read ? read.reasons : []
    this.#options.intake.refuse(message, [...senderFaults, ...formFaults], settled)
  }

  #read({ payload, receivedAt }: Envelope, device: Device | undefined) {
    const json = readJson(payload)
    if ('code' in json) return { reasons: [json] }
    const coordinateSystem = device?.coordinateSystem ?? 'wgs84'
    return readTerminalReport(json.value, {
      ...this.#options.limits,
      coordinateSystem,
      receivedAt,
    })
  }

  async #store(message: Envelope, report: TerminalReport, settled: () => void): Promise<void> {
    const { desk, intake, log, metrics } = this.#options
    const { deviceId, qos, replayOf } = message
    try {
      await untilAvailable(
        () => desk.report(deviceId, report),
        () => true,
      )
    } catch (error) {
      if (!(error instanceof Rejected)) {
        log.error({ deviceId, reason: messageOf(error) }, 'a report could not be stored')
      }
      intake.refuse(message, [reasonOf(error)], settled)
      return
    }
    if (replayOf !== null) return intake.resolve(message, settled)
    if (qos === 0) metrics.messagesBestEffort.inc()
    else metrics.messagesAcknowledged.inc()
    settled()
  }
}

function faultsOfSender(device: Device | undefined): readonly Reason[] {
  if (!device) return [{ code: 'unknown-device' }]
  return [
    ...(device.enabled ? [] : [{ code: 'disabled-device' as const }]),
    ...(device.kind === patrolTerminal.name
      ? []
      : [{ code: 'not-a-terminal' as const, detail: `the device is a ${device.kind}` }]),
  ]
}

function reasonOf(error: unknown): Reason {
  const detail = messageOf(error).slice(0, DETAIL_MAX).toWellFormed()
  if (!(error instanceof Rejected)) return { code: 'not-stored', detail }
  const isValue = error.code === 'database-refused'
  return { code: isValue ? 'database-refused' : 'report-refused', detail }
}
