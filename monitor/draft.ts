import type { Batch, Commit } from '#model/commit.ts'
import type { DeviceState } from './device-state.ts'
import type { GroupDraft } from './group-desk.ts'

/** What a fold made, to be kept once it is committed. */
export interface Draft {
  readonly commit: Commit
  readonly states: ReadonlyMap<string, DeviceState>
  readonly groups: GroupDraft
}

/** A batch in which nothing came. */
export const NOTHING: Batch = { readings: [], rejections: [], resolved: [] }
