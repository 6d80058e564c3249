import type { PartState } from './part.ts'
import type { Bilingual } from './text.ts'

export const PART_STATE_TITLES: Readonly<Record<PartState, Bilingual>> = {
  intact: { en: 'intact', zh: '完好' },
  damaged: { en: 'damaged', zh: '破损' },
  missing: { en: 'missing', zh: '丢失' },
  abandoned: { en: 'abandoned', zh: '废弃' },
  removed: { en: 'removed', zh: '移除' },
}
