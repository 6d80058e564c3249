import type { LonLat } from '#web/src/map/shift.ts'

/** A photo that belongs to a draft; its bytes are kept apart from it. */
export interface DraftPhoto {
  readonly id: string
  readonly name: string
  readonly mediaType: string
  /** RFC 3339. */
  readonly shotAt: string
  /** The upload that came of it, with when it was made in epoch ms; null: none yet. */
  readonly upload: { readonly id: string; readonly at: number } | null
}

interface DraftBase {
  readonly id: string
  /** Who writes it: nobody else is shown it. */
  readonly accountId: string
  /** Epoch ms. */
  readonly startedAt: number
  readonly photos: readonly DraftPhoto[]
}

export type PlaceBy = 'phone' | 'map' | 'hand'

/** A report being written. Its id is the key by which the service takes it once. */
export interface ReportDraft extends DraftBase {
  readonly of: 'report'
  readonly kind: 'part' | 'event'
  readonly class: string | null
  readonly description: string
  readonly isUrgent: boolean
  readonly place: LonLat | null
  readonly placeBy: PlaceBy | null
  readonly accuracy_m: number | null
  readonly address: string
  /** It was tried before, and may have got through without its answer. */
  readonly isTried: boolean
}

/** The answer to a task being written. */
export interface TaskDraft extends DraftBase {
  readonly of: 'task'
  readonly passed: boolean | null
  readonly reason: string
  /** Of the case when it was tried to send this; null: it was not, or came back. */
  readonly triedVersion: number | null
}

export type Draft = ReportDraft | TaskDraft

export const newReport = (accountId: string): ReportDraft => ({
  of: 'report',
  id: randomId(),
  accountId,
  startedAt: Date.now(),
  photos: [],
  kind: 'event',
  class: null,
  description: '',
  isUrgent: false,
  place: null,
  placeBy: null,
  accuracy_m: null,
  address: '',
  isTried: false,
})

export const newTask = (id: string, accountId: string): TaskDraft => ({
  of: 'task',
  id,
  accountId,
  startedAt: Date.now(),
  photos: [],
  passed: null,
  reason: '',
  triedVersion: null,
})

/** Of 16 random bytes: where a page is not served by https, browsers have no `randomUUID`. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Whether somebody has written something yet. */
export const isBegun = (draft: Draft): boolean =>
  draft.photos.length > 0 ||
  (draft.of === 'task'
    ? draft.passed !== null || draft.reason !== ''
    : draft.class !== null || draft.description !== '' || draft.address !== '')
