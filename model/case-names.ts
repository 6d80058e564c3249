import type { CaseDuty, CaseSource } from './case.ts'
import type { Severity } from './rule.ts'
import type { Bilingual } from './text.ts'

/** As cities write them in their files. */
export const KIND_TITLES: Readonly<Record<'part' | 'event', Bilingual>> = {
  part: { en: 'part', zh: '部件' },
  event: { en: 'event', zh: '事件' },
}

export const SOURCE_TITLES: Readonly<Record<CaseSource, Bilingual>> = {
  device: { en: 'device', zh: '设备上报' },
  inspector: { en: 'inspector', zh: '监督员上报' },
  operator: { en: 'operator', zh: '值班发现' },
  hotline: { en: 'hotline', zh: '12319热线' },
  video: { en: 'video', zh: '视频监控' },
  outside: { en: 'other system', zh: '其他系统' },
  leader: { en: 'leader', zh: '领导交办' },
}

export const SEVERITY_TITLES: Readonly<Record<Severity, Bilingual>> = {
  notice: { en: 'notice', zh: '轻微' },
  warning: { en: 'warning', zh: '一般' },
  critical: { en: 'critical', zh: '紧急' },
}

export const DUTY_TITLES: Readonly<Record<CaseDuty, Bilingual>> = {
  accept: { en: 'accept', zh: '受理' },
  verify: { en: 'pre-verify', zh: '核实' },
  file: { en: 'file', zh: '立案' },
  dispatch: { en: 'dispatch', zh: '派遣' },
  handle: { en: 'handle', zh: '处置' },
  check: { en: 'post-check', zh: '核查' },
  close: { en: 'close', zh: '结案' },
  case: { en: 'whole case', zh: '全案' },
}
