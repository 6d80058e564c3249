import type { RuleAction } from '#model/rule-book.ts'
import type { OverrideScope } from '#model/rule-override.ts'
import type { Bilingual } from '#model/text.ts'

export const ACTION_TITLES: Readonly<Record<RuleAction, Bilingual>> = {
  added: { en: 'shipped', zh: '随附新增' },
  updated: { en: 'shipped version put in force', zh: '随附版本更新' },
  offered: { en: 'shipped version waits', zh: '随附版本待启用' },
  published: { en: 'published', zh: '发布' },
  'rolled-back': { en: 'rolled back', zh: '恢复版本' },
  enabled: { en: 'enabled', zh: '启用' },
  disabled: { en: 'disabled', zh: '停用' },
  'override-set': { en: 'override set', zh: '设置参数覆盖' },
  'override-removed': { en: 'override taken away', zh: '取消参数覆盖' },
  'tests-changed': { en: 'tests changed', zh: '修改测试' },
}

export const SCOPE_TITLES: Readonly<Record<OverrideScope, Bilingual>> = {
  device: { en: 'device', zh: '设备' },
  group: { en: 'group', zh: '设备分组' },
  grid: { en: 'unit grid (15 digits)', zh: '单元网格（15 位）' },
  community: { en: 'community (12 digits)', zh: '社区（12 位）' },
  street: { en: 'street (9 digits)', zh: '街道（9 位）' },
  district: { en: 'district (6 digits)', zh: '区划（6 位）' },
  partClass: { en: 'part class (4 digits)', zh: '部件类别（4 位）' },
}
