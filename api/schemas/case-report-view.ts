import { type Static, Type } from 'typebox'
import { Instant, showInstant } from '#api/instant.ts'
import { CASE_SOURCES } from '#model/case.ts'
import type { CaseReport } from '#model/case-report.ts'
import { formatInstant } from '#model/time.ts'
import { nullable, PlaceView, refTo } from './shared.ts'

const Text = Type.String()

export const CaseReportView = Type.Object(
  {
    id: Text,
    source: Type.Enum([...CASE_SOURCES]),
    class: nullable(Text),
    condition: nullable(Text),
    description: Text,
    place: nullable(refTo(PlaceView)),
    address: nullable(Text),
    partId: nullable(Text),
    observedAt: nullable(Instant),
    reportedAt: Instant,
    reporterName: Text,
    outsideNumber: nullable(Text),
    contact: nullable(
      Type.Object(
        { name: nullable(Text), phone: nullable(Text) },
        { description: 'Shown to the supervision centre alone.' },
      ),
    ),
    attachments: Type.Array(Text),
    isOpening: Type.Boolean({ description: 'False: it joined a case that was open.' }),
  },
  { $id: 'CaseReport', description: 'What a person or another system reported.' },
)

/** Who reported it is told only to those who may have to ask back. */
export const showReport = (
  report: CaseReport,
  seesContact: boolean,
): Static<typeof CaseReportView> => ({
  id: report.id,
  source: report.source,
  class: report.class,
  condition: report.condition,
  description: report.description,
  place: report.place,
  address: report.address,
  partId: report.partId,
  observedAt: showInstant(report.observedAt),
  reportedAt: formatInstant(report.reportedAt),
  reporterName: report.reporterName,
  outsideNumber: report.outsideNumber,
  contact: seesContact ? report.contact : null,
  attachments: [...report.attachments],
  isOpening: report.isOpening,
})
