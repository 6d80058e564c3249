import { v5 as uuidv5 } from 'uuid'
import type { ReportDesk } from '#broker/ports.ts'
import { Rejected } from '#model/error.ts'
import type { Principal } from '#model/principal.ts'
import type { TerminalReport } from '#model/terminal-report.ts'

/** A report of a terminal on its way into the flow of cases. */
export interface InspectorReport extends TerminalReport {
  readonly source: 'inspector'
  /** The terminal; what it has uploaded may prove the report. */
  readonly deviceId: string
}

/** What reports of terminals need of the flow. */
export interface ReportFlow {
  /** The account that carries the terminal; undefined when none does. */
  inspectorOf(deviceId: string): Promise<Principal | undefined>
  /**
   * Files the report; one whose id exists already changes nothing.
   *
   * @throws Rejected when it cannot enter the flow, Unavailable when it can later
   */
  report(report: InspectorReport, principal: Principal, origin: 'mqtt'): Promise<unknown>
}

/** Of this service alone; never changed, for the ids of stored reports come from it. */
const NAMESPACE = '8f6d6a0e-8a0e-4f0b-9c53-4e0d9d2a7c11'

/**
 * The id of a report in the whole city: two terminals that make the same id for theirs do not hide
 * each other's.
 */
export const cityReportId = (deviceId: string, reportId: string): string =>
  uuidv5(`${deviceId}/${reportId}`, NAMESPACE)

/** The flow of cases in the words of the broker: who carries a terminal reports by it. */
export const reportDesk = (flow: ReportFlow): ReportDesk => ({
  async report(deviceId, report) {
    const inspector = await flow.inspectorOf(deviceId)
    if (!inspector) throw new Rejected('forbidden', `no account carries the terminal ${deviceId}`)
    const id = cityReportId(deviceId, report.id)
    await flow.report({ ...report, id, source: 'inspector', deviceId }, inspector, 'mqtt')
  },
})
