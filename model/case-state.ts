import type { Bilingual } from './text.ts'

/** The seven stages of the standard flow, in order. */
export const CASE_STAGES = [
  'collected',
  'set-up',
  'dispatch',
  'handling',
  'feedback',
  'check',
  'evaluation',
] as const
export type CaseStage = (typeof CASE_STAGES)[number]

export const STAGE_TITLES: Readonly<Record<CaseStage, Bilingual>> = {
  collected: { en: 'information collected', zh: '信息收集' },
  'set-up': { en: 'case set up', zh: '案卷建立' },
  dispatch: { en: 'dispatch', zh: '任务派遣' },
  handling: { en: 'handling', zh: '任务处理' },
  feedback: { en: 'feedback', zh: '处理反馈' },
  check: { en: 'check and closing', zh: '核查结案' },
  evaluation: { en: 'evaluation', zh: '综合评价' },
}

/** Where a case can be. The flow from one to the other is in `cases/guards.ts`. */
export const CASE_STATES = [
  'reported',
  'verifying',
  'accepted',
  'filed',
  'dispatched',
  'handling',
  'parked',
  'fed-back',
  'checking',
  'checked',
  'closed',
  'rejected',
  'voided',
  'withdrawn',
  'merged',
] as const
export type CaseState = (typeof CASE_STATES)[number]

export interface CaseStateFacts {
  readonly stage: CaseStage
  /** As a common platform numbers it: 1 待受理, 3 立案派遣, 4 处理中, 5 核查结案, 6 结案, 7 作废, 8 挂账. */
  readonly vendorStage: 1 | 3 | 4 | 5 | 6 | 7 | 8
  readonly title: Bilingual
  /** Nothing more is to be done, unless it is reopened or split off again. */
  readonly isOver: boolean
}

const state = (
  stage: CaseStage,
  vendorStage: CaseStateFacts['vendorStage'],
  en: string,
  zh: string,
  isOver = false,
): CaseStateFacts => ({ stage, vendorStage, title: { en, zh }, isOver })

export const STATE_FACTS: Readonly<Record<CaseState, CaseStateFacts>> = {
  reported: state('collected', 1, 'to accept', '待受理'),
  verifying: state('set-up', 1, 'being pre-verified', '核实中'),
  accepted: state('set-up', 3, 'to file', '待立案'),
  filed: state('dispatch', 3, 'to dispatch', '待派遣'),
  dispatched: state('handling', 4, 'to handle', '待处置'),
  handling: state('handling', 4, 'being handled', '处置中'),
  parked: state('handling', 8, 'parked', '挂账'),
  'fed-back': state('feedback', 5, 'to check', '待核查'),
  checking: state('check', 5, 'being checked', '核查中'),
  checked: state('check', 5, 'to close', '待结案'),
  closed: state('evaluation', 6, 'closed', '结案', true),
  rejected: state('set-up', 7, 'rejected', '不予受理', true),
  voided: state('set-up', 7, 'voided', '作废', true),
  withdrawn: state('set-up', 7, 'withdrawn', '撤销', true),
  merged: state('set-up', 7, 'merged', '并案', true),
}

/** States in which a second episode or report of the same thing joins the case. */
export const OPEN_CASE_STATES: readonly CaseState[] = CASE_STATES.filter(
  (each) => !STATE_FACTS[each].isOver,
)

export const stageOf = (at: CaseState): CaseStage => STATE_FACTS[at].stage
