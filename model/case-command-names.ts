import type { CaseCommandName } from './case-command.ts'
import type { Bilingual } from './text.ts'

/** As they stand on a button. */
export const CASE_COMMAND_TITLES: Readonly<Record<CaseCommandName, Bilingual>> = {
  accept: { en: 'Accept', zh: '受理' },
  reject: { en: 'Reject', zh: '不予受理' },
  'ask-pre-verification': { en: 'Ask for pre-verification', zh: '派核实' },
  'pre-verify': { en: 'Pre-verify', zh: '核实' },
  file: { en: 'File', zh: '立案' },
  dispatch: { en: 'Dispatch', zh: '派遣' },
  return: { en: 'Return', zh: '回退' },
  start: { en: 'Start handling', zh: '开始处置' },
  note: { en: 'Note', zh: '备注' },
  'feed-back': { en: 'Feed back', zh: '反馈' },
  'ask-post-check': { en: 'Ask for a post-check', zh: '派核查' },
  'post-check': { en: 'Post-check', zh: '核查' },
  close: { en: 'Close', zh: '结案' },
  rework: { en: 'Rework', zh: '返工' },
  void: { en: 'Void', zh: '作废' },
  'ask-extension': { en: 'Ask for an extension', zh: '申请延期' },
  'grant-extension': { en: 'Grant the extension', zh: '同意延期' },
  'refuse-extension': { en: 'Refuse the extension', zh: '不同意延期' },
  'ask-parking': { en: 'Ask for parking', zh: '申请挂账' },
  'grant-parking': { en: 'Grant the parking', zh: '同意挂账' },
  'refuse-parking': { en: 'Refuse the parking', zh: '不同意挂账' },
  resume: { en: 'Resume', zh: '恢复计时' },
  urge: { en: 'Urge', zh: '督办' },
  'mark-key': { en: 'Key case', zh: '重点案件' },
  merge: { en: 'Merge', zh: '并案' },
  split: { en: 'Split', zh: '拆案' },
  reopen: { en: 'Reopen', zh: '重开' },
}
