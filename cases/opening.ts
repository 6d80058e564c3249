import type { Case, CaseProposal, NewReport } from '#model/case.ts'
import { DEFAULT_EDITION, findClass, findCondition } from '#model/catalogue.ts'
import { Rejected } from '#model/error.ts'
import { SEVERITIES, type Severity } from '#model/rule.ts'
import { afterStep, type CaseStep, inTurn, step } from './case-step.ts'
import type { CaseMoment } from './case-world.ts'
import { enter } from './clock.ts'
import { BLANK_CASE } from './fold.ts'
import { fileByPolicy } from './steps/setting-up.ts'

/** What is known of a new case beside what was found or reported. */
export interface OpeningFacts {
  readonly id: string
  readonly number: string
  readonly relapseOf: string | null
  readonly recurrences: number
}

/** Where a report is about, and whose that is. */
export interface ReportSpot {
  readonly gridCode: string | null
  readonly district: string
  readonly address: string | null
  readonly department: string | null
  readonly network: string | null
}

/** A case that a device's finding opens, filed and dispatched at once where its policy says so. */
export function openByDevice(
  proposal: CaseProposal,
  episodeId: string,
  facts: OpeningFacts,
  moment: CaseMoment,
): readonly CaseStep[] {
  const found: Case = {
    ...BLANK_CASE,
    ...proposal,
    ...facts,
    source: 'device',
    areaCode: proposal.gridCode ?? proposal.district,
    verify_ms: proposal.basis?.verify_ms ?? null,
    isUrgent: proposal.severity === 'critical',
  }
  const opened = step(BLANK_CASE, 'opened', moment, {
    episodeId,
    changes: { ...found, ...enter(found, 'reported', moment) },
  })
  return [opened, ...fileByPolicy(afterStep(BLANK_CASE, opened), moment)]
}

/**
 * A case that a report opens.
 *
 * @throws Rejected `invalid-input` when its class or condition is in no catalogue
 */
export function openByReport(
  report: NewReport,
  reportId: string,
  spot: ReportSpot,
  facts: OpeningFacts,
  moment: CaseMoment,
): readonly CaseStep[] {
  const { now, actor } = moment
  const found: Case = {
    ...BLANK_CASE,
    ...facts,
    ...spot,
    ...classReport(report),
    source: report.source,
    kind: report.kind,
    objectId: report.partId,
    severity: report.isUrgent ? 'critical' : 'warning',
    description: report.description,
    partId: report.partId,
    areaCode: spot.gridCode ?? spot.district,
    place: report.place,
    address: report.address ?? spot.address,
    outsideNumber: report.outsideNumber,
    reportedAt: now,
    reportedBy: actor.accountId,
    isUrgent: report.isUrgent,
    // What a person has seen does not go with the episodes of a device.
    isTouched: true,
  }
  return inTurn(BLANK_CASE, () =>
    step(BLANK_CASE, 'opened', moment, {
      detail: ofReport(report, reportId),
      changes: { ...found, ...enter(found, 'reported', moment) },
    }),
  )
}

/** A report about what a case is about already: evidence of it. */
export const joinReport = (
  current: Case,
  report: NewReport,
  reportId: string,
  moment: CaseMoment,
): readonly CaseStep[] => [
  step(current, 'report-joined', moment, {
    reason: report.description,
    detail: ofReport(report, reportId),
    changes: {
      joined: current.joined + 1,
      ...(report.isUrgent && !current.isUrgent && { isUrgent: true }),
    },
  }),
]

const ofReport = ({ attachments, place }: NewReport, reportId: string) => ({
  reportId,
  place,
  ...(attachments.length > 0 && { attachments }),
})

const TITLE_MAX = 40

/**
 * What a report says of its class and condition, completed by the catalogue.
 *
 * @throws Rejected `invalid-input` when they are in no catalogue, or do not belong together
 */
export function classReport(
  report: NewReport,
): Pick<Case, 'edition' | 'class' | 'condition' | 'limit' | 'title'> {
  const { kind, description } = report
  const condition = report.condition === null ? undefined : findCondition(kind, report.condition)
  if (report.condition !== null && !condition) {
    throw unknown('condition', `there is no filing condition ${report.condition} of a ${kind}`)
  }
  const edition =
    report.edition ?? condition?.edition ?? (report.class === null ? null : DEFAULT_EDITION)
  const digits = report.class ?? condition?.classes[0] ?? null
  if (digits !== null && condition && !condition.classes.includes(digits)) {
    throw unknown('class', `class ${digits} has no filing condition ${condition.condition}`)
  }
  const named = edition === null || digits === null ? undefined : findClass(edition, kind, digits)
  if (digits !== null && !named)
    throw unknown('class', `there is no class ${digits} of a ${kind} in ${edition}`)
  const title = named ? `${named.minorName}${condition?.title.zh ?? ''}` : shortened(description)
  return {
    edition,
    class: digits,
    condition: condition?.condition ?? null,
    limit: condition?.limit ?? null,
    title,
  }
}

/** What a title says where no class does. */
export const shortened = (text: string): string => {
  const line = text.trim().split('\n', 1)[0] ?? ''
  return line.length > TITLE_MAX ? `${line.slice(0, TITLE_MAX - 1)}…` : line
}

const unknown = (field: string, detail: string): Rejected =>
  new Rejected('invalid-input', detail, { detail: { errors: [{ field, detail }] } })

/** Another episode of what the case is about. */
export const joinEpisode = (current: Case, episodeId: string, moment: CaseMoment): CaseStep =>
  step(current, 'joined', moment, { episodeId, changes: { joined: current.joined + 1 } })

/** The case takes over what a device found, so that its further episodes join too. */
export const adoptFinding = (
  current: Case,
  proposal: CaseProposal,
  episodeId: string,
  moment: CaseMoment,
): CaseStep =>
  step(current, 'joined', moment, {
    episodeId,
    changes: {
      joined: current.joined + 1,
      objectId: proposal.objectId,
      phenomenon: proposal.phenomenon,
      deviceId: proposal.deviceId,
      ruleId: proposal.ruleId,
      basis: proposal.basis,
      network: proposal.network,
      verify_ms: proposal.basis?.verify_ms ?? null,
      ...(current.partId === null && proposal.partId !== null && { partId: proposal.partId }),
      ...(isWorse(proposal.severity, current.severity) && { severity: proposal.severity }),
    },
  })

const isWorse = (one: Severity, other: Severity): boolean =>
  SEVERITIES.indexOf(one) > SEVERITIES.indexOf(other)

/** Null where the case is as bad already. A case never becomes milder by itself. */
export const raise = (
  current: Case,
  severity: Severity,
  episodeId: string,
  moment: CaseMoment,
): CaseStep | null =>
  isWorse(severity, current.severity)
    ? step(current, 'raised', moment, {
        episodeId,
        detail: { severity: { from: current.severity, to: severity } },
        changes: { severity },
      })
    : null

/** No episode of it stands. Null where somebody has acted: it is left to them. */
export const withdraw = (current: Case, moment: CaseMoment): CaseStep | null =>
  current.isTouched
    ? null
    : step(current, 'withdrawn', moment, {
        changes: { ...enter(current, 'withdrawn', moment), request: null },
      })
