import type { Case } from '#model/case.ts'
import type { CaseState } from '#model/case-state.ts'
import { findCondition } from '#model/catalogue.ts'
import type { Bilingual } from '#model/text.ts'

/** What whoever reported it is told of each state, in few words. */
const NOTES: Readonly<Record<CaseState, Bilingual>> = {
  reported: { zh: '已登记，待受理', en: 'received' },
  verifying: { zh: '现场核实中', en: 'being verified on site' },
  accepted: { zh: '已受理', en: 'accepted' },
  filed: { zh: '已立案，待派遣', en: 'filed' },
  dispatched: { zh: '已派遣', en: 'dispatched' },
  handling: { zh: '处置中', en: 'being handled' },
  parked: { zh: '已挂账，待条件具备后处置', en: 'put off until it can be handled' },
  'fed-back': { zh: '已处置，待核查', en: 'handled, to be checked' },
  checking: { zh: '核查中', en: 'being checked' },
  checked: { zh: '核查通过，待结案', en: 'checked, to be closed' },
  closed: { zh: '已结案', en: 'closed' },
  rejected: { zh: '不予受理', en: 'rejected' },
  voided: { zh: '已作废', en: 'voided' },
  withdrawn: { zh: '已撤销', en: 'withdrawn' },
  merged: { zh: '已并案处理', en: 'handled with another case' },
}

interface Noted {
  readonly case: Pick<Case, 'state' | 'kind' | 'condition'>
  readonly isJoined: boolean
  /** For whoever reported it alone: it was written for them. */
  readonly reason: string | null
}

/** The status of a request in Chinese and English. */
export function statusNotes({ case: found, isJoined, reason }: Noted): string {
  const { zh, en } = NOTES[found.state]
  const [more, also] = extra(found, reason)
  const joined = isJoined ? '（与同一问题的其他上报合并处理 with other reports of the same）' : ''
  return `${zh}${more} · ${en}${also}${joined}`
}

/** What closed it, or why it was not taken. */
function extra(
  { state, kind, condition }: Noted['case'],
  reason: string | null,
): readonly [string, string] {
  if (state === 'closed' && condition !== null) {
    const closing = findCondition(kind, condition)?.closing
    return closing ? [`：${closing.zh}`, `: ${closing.en}`] : ['', '']
  }
  return reason === null ? ['', ''] : [`：${reason}`, '']
}
