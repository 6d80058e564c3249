import type { Bilingual } from '#model/text.ts'
import type { EvaluationSubject } from './evaluation-subject.ts'

/** A number of cases, exactly defined. Each can be listed as its cases. */
export interface EvaluationCount {
  readonly title: Bilingual
  /** Which cases are counted. `the period`: up to now where it is not over. */
  readonly meaning: Bilingual
  readonly subjects: readonly EvaluationSubject[]
}

const PLACES = ['area', 'department', 'class'] as const

const count = (
  subjects: readonly EvaluationSubject[],
  [titleEn, titleZh]: readonly [string, string],
  [en, zh]: readonly [string, string],
): EvaluationCount => ({ title: { en: titleEn, zh: titleZh }, meaning: { en, zh }, subjects })

/**
 * Every count there is. What is done after the period has ended is not done in it; how something is
 * judged later (returned, voided, sent back) counts whenever that is. `handle`, `file` and the other
 * duties are those of `lateDuties`: what of a case was not done in time.
 */
export const EVALUATION_COUNTS = {
  reports: count(
    [...PLACES, 'inspector'],
    ['reports', '上报数'],
    [
      'Cases reported in the period; of an inspector those that were the first to be reported by them.',
      '期内上报的案件；监督员为其本人首先上报的案件',
    ],
  ),
  deviceReports: count(
    PLACES,
    ['reports of devices', '设备上报数'],
    ['Reports whose source is a device.', '来源为设备的上报数'],
  ),
  publicReports: count(
    PLACES,
    ['reports of the public', '公众举报数'],
    [
      'Reports whose source is one of the public’s (`publicSources`).',
      '来源属于公众来源（publicSources）的上报数',
    ],
  ),
  accepted: count(
    [...PLACES, 'inspector'],
    ['accepted', '有效上报数'],
    [
      'Reports that were filed, wait to be filed, or were merged into another case.',
      '上报案件中已立案、待立案或并案的',
    ],
  ),
  rejected: count(
    PLACES,
    ['rejected', '不予受理数'],
    ['Reports that stand rejected.', '上报案件中不予受理的'],
  ),
  recurring: count(
    PLACES,
    ['recurring', '重复发案数'],
    [
      'Reports of a class that was there before within 50 m.',
      '上报案件中同类问题五十米内重复发生的',
    ],
  ),
  reportsFiled: count(
    PLACES,
    ['reports filed', '上报立案数'],
    ['Reports that were filed, whenever.', '上报案件中已立案的'],
  ),
  filed: count(
    [...PLACES, 'duty-officer'],
    ['filed', '立案数'],
    [
      'Cases filed in the period; of a duty officer those filed by them.',
      '期内立案的案件；值班长为其本人立案的',
    ],
  ),
  filedOnTime: count(
    [...PLACES, 'duty-officer'],
    ['filed on time', '按时立案数'],
    [
      'Of the filed those that were filed within the limit of filing.',
      '立案案件中在立案时限内立案的',
    ],
  ),
  voided: count(
    [...PLACES, 'duty-officer'],
    ['voided', '作废数'],
    ['Of the filed those that stand voided.', '立案案件中已作废的'],
  ),
  withdrawn: count(
    PLACES,
    ['withdrawn', '撤销数'],
    [
      'Of the filed those that were withdrawn since late readings showed nothing wrong.',
      '立案案件中因补传数据证明无问题而撤销的',
    ],
  ),
  toDispatch: count(
    PLACES,
    ['to dispatch', '应派遣数'],
    [
      'Of the filed those that were dispatched, or were not although the limit was over.',
      '立案案件中已派遣或超过派遣时限仍未派遣的',
    ],
  ),
  dispatchedOnTime: count(
    PLACES,
    ['dispatched on time', '按时派遣数'],
    [
      'Of those to dispatch the ones always dispatched within the limit.',
      '应派遣案件中每次均在派遣时限内派遣的',
    ],
  ),
  returned: count(
    PLACES,
    ['returned', '回退数'],
    [
      'Of those to dispatch the ones a department returned as not its own.',
      '应派遣案件中被专业部门回退的',
    ],
  ),
  due: count(
    PLACES,
    ['due', '应处置数'],
    [
      'Cases to be handled whose deadline of handling lies in the period (`due` says otherwise); without those voided, withdrawn, rejected or merged.',
      '处置截止时间在期内的案件（按 due 配置可变），不含作废、撤销、不予受理和并案的',
    ],
  ),
  handled: count(
    PLACES,
    ['handled', '处置数'],
    [
      'Of the due those whose handling was reported back before the period ended, and not sent back since.',
      '应处置案件中在期末前已处置反馈且未被返工的',
    ],
  ),
  handledOnTime: count(
    PLACES,
    ['handled on time', '按期处置数'],
    ['Of the handled those that were never late at handling.', '处置案件中处置从未超期的'],
  ),
  overdue: count(
    PLACES,
    ['overdue', '超期数'],
    ['Of the due those whose handling was or is late.', '应处置案件中处置超期的'],
  ),
  reworked: count(
    PLACES,
    ['reworked', '返工数'],
    ['Of the handled those that were sent back before.', '处置案件中曾被返工的'],
  ),
  extended: count(
    PLACES,
    ['extended', '延期数'],
    ['Of the due those whose deadline was extended.', '应处置案件中获准延期的'],
  ),
  dueToClose: count(
    PLACES,
    ['due to close', '应结案数'],
    [
      'As due, by the deadline of the whole case.',
      '案件总时限截止时间在期内的案件，其余同应处置数',
    ],
  ),
  closed: count(
    PLACES,
    ['closed', '结案数'],
    [
      'Of those due to close the ones closed before the period ended.',
      '应结案案件中在期末前已结案的',
    ],
  ),
  closedOnTime: count(
    PLACES,
    ['closed on time', '按期结案数'],
    [
      'Of the closed those closed by the deadline of the whole case.',
      '结案案件中在案件总时限内结案的',
    ],
  ),
  missed: count(
    ['inspector'],
    ['missed', '漏报数'],
    [
      'Cases reported in the period in the areas of the inspector by others who should not have had to (`missedSources`), and accepted.',
      '期内其责任区内由他人上报（missedSources）且有效的案件',
    ],
  ),
  preVerifications: count(
    ['inspector'],
    ['to pre-verify', '应核实数'],
    [
      'Cases pre-verified by the inspector in the period, and those that were to be by now and are not.',
      '期内由其核实的案件，以及期内到期仍未核实的案件',
    ],
  ),
  preVerifiedOnTime: count(
    ['inspector'],
    ['pre-verified on time', '按时核实数'],
    [
      'Of those the ones always pre-verified within the limit.',
      '应核实案件中每次均在核实时限内核实的',
    ],
  ),
  postChecks: count(
    ['inspector'],
    ['to post-check', '应核查数'],
    [
      'Cases post-checked by the inspector in the period, and those that were to be by now and are not; without those sent to them after the deadline.',
      '期内由其核查的案件，以及期内到期仍未核查的案件，不含超过时限才发核查的',
    ],
  ),
  postCheckedOnTime: count(
    ['inspector'],
    ['post-checked on time', '按时核查数'],
    [
      'Of those the ones always post-checked by the deadline of the check.',
      '应核查案件中每次均在核查时限内核查的',
    ],
  ),
  volume: count(
    ['acceptor', 'dispatcher'],
    ['volume', '工作量'],
    [
      'Cases the account acted on in its post in the period: accepted, rejected, sent to be verified or checked; or dispatched.',
      '期内其在本岗位办理的案件：受理、不予受理、发核实、发核查；派遣员为派遣的案件',
    ],
  ),
  verificationsSent: count(
    ['acceptor'],
    ['verifications sent', '发核实数'],
    ['Cases the account sent to be pre-verified in the period.', '期内由其发出核实的案件'],
  ),
  verificationsSentOnTime: count(
    ['acceptor'],
    ['verifications sent on time', '按时发核实数'],
    [
      'Of those the ones always sent before the deadline of accepting or filing.',
      '发核实案件中每次均在受理或立案时限内发出的',
    ],
  ),
  checksSent: count(
    ['acceptor'],
    ['checks sent', '发核查数'],
    ['Cases the account sent to be post-checked in the period.', '期内由其发出核查的案件'],
  ),
  checksSentOnTime: count(
    ['acceptor'],
    ['checks sent on time', '按时发核查数'],
    [
      'Of those the ones always sent before the deadline of the check.',
      '发核查案件中每次均在核查时限内发出的',
    ],
  ),
  closings: count(
    ['duty-officer'],
    ['closings', '办理结案数'],
    ['Cases the account closed in the period.', '期内由其结案的案件'],
  ),
  closingsOnTime: count(
    ['duty-officer'],
    ['closings on time', '按时办理结案数'],
    [
      'Of those the ones always closed within the limit of closing.',
      '办理结案案件中每次均在结案时限内结案的',
    ],
  ),
  dispatchesOnTime: count(
    ['dispatcher'],
    ['dispatches on time', '按时派遣案件数'],
    [
      'Of the volume the cases the account always dispatched within the limit.',
      '工作量中每次均在派遣时限内派遣的',
    ],
  ),
  dispatchesReturned: count(
    ['dispatcher'],
    ['dispatches returned', '派遣被回退数'],
    [
      'Of the volume the cases that a department returned to whom the account had sent them.',
      '工作量中其所派部门予以回退的',
    ],
  ),
} as const satisfies Readonly<Record<string, EvaluationCount>>

export type CountName = keyof typeof EVALUATION_COUNTS
export const COUNT_NAMES = Object.keys(EVALUATION_COUNTS) as readonly CountName[]

/** The counts of a subject, in their order. */
export const countsOf = (subject: EvaluationSubject): readonly CountName[] =>
  COUNT_NAMES.filter((name) => EVALUATION_COUNTS[name].subjects.includes(subject))
