import type { Case } from '#model/case.ts'
import { STATE_FACTS } from '#model/case-state.ts'
import type { Place } from '#model/place.ts'
import { type EpochMs, formatInstant } from '#model/time.ts'
import { findService, serviceCode, serviceName } from './services.ts'
import { statusNotes } from './status-notes.ts'

/** A report with the case that it led to in the end. */
export interface ServiceRequest {
  readonly report: {
    readonly id: string
    readonly kind: 'part' | 'event'
    readonly class: string | null
    readonly description: string
    readonly place: Place | null
    readonly address: string | null
    readonly partId: string | null
    readonly reportedAt: EpochMs
  }
  readonly case: Case
  readonly isJoined: boolean
  readonly isOwn: boolean
  readonly reason: string | null
}

export interface RequestNames {
  departmentName(id: string): string | undefined
}

const DESCRIPTION_MAX = 4_000

/** W3C date and time with its zone, to the second. */
const w3c = (at: EpochMs): string => formatInstant(at).replace(/\.\d{3}Z$/, 'Z')

/**
 * What the standard tells of a request. Nothing of accounts, contacts or notes; and what somebody
 * else wrote in their own words is told to nobody but them.
 */
export function showRequest(
  { report, case: found, isJoined, isOwn, reason }: ServiceRequest,
  names: RequestNames,
  mediaUrl: string | null,
) {
  const { isOver } = STATE_FACTS[found.state]
  const digits = report.class ?? (found.kind === report.kind ? found.class : null)
  const code = serviceCode(report.kind, digits)
  const service = findService(code)
  // What it joined may lie beyond the sight of whoever reported it: of that it is told the status.
  const about = isOwn && isJoined ? null : found
  const place = report.place ?? about?.place ?? null
  const expectedAt = found.caseDeadlineAt ?? found.handleDeadlineAt
  const { departmentId } = found
  return {
    service_request_id: report.id,
    status: isOver ? 'closed' : 'open',
    status_notes: statusNotes({ case: found, isJoined, reason: isOwn ? reason : null }),
    service_name: service ? serviceName(service) : found.title,
    service_code: code,
    description: isOwn ? report.description.slice(0, DESCRIPTION_MAX) : found.title,
    agency_responsible: departmentId === null ? null : (names.departmentName(departmentId) ?? null),
    service_notice: null,
    requested_datetime: w3c(report.reportedAt),
    updated_datetime: w3c(isOver ? (found.closedAt ?? found.stateSince) : found.updatedAt),
    expected_datetime: expectedAt === null ? null : w3c(expectedAt),
    address: (isOwn ? report.address : null) ?? about?.address ?? null,
    address_id: report.partId ?? about?.partId ?? null,
    zipcode: null,
    lat: place?.lat_deg ?? null,
    long: place?.lon_deg ?? null,
    media_url: mediaUrl,
  }
}
