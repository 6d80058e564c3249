import type { DeviceKind } from '#model/kind.ts'
import type { Evidence } from '#web/src/charts/evidence-option.ts'
import { markIn, names } from '#web/src/charts/plain-mark.ts'
import type { CaseDetail } from './case-deed.ts'

const MINUTE_MS = 60_000
const PAD_MS = 30 * MINUTE_MS
const LONGEST_MS = 24 * 60 * MINUTE_MS

/** The channel that the rule looked at, with its marks and the span to show. */
export function evidenceOf(found: CaseDetail, kind: DeviceKind | undefined): Evidence | null {
  const { basis, deviceId } = found
  const episode =
    found.episodes.find(({ id }) => id === basis?.episodeId) ?? found.episodes[0] ?? null
  const times = episode ?? basis
  if (deviceId === null || times === null || kind === undefined) return null
  const seen = basis?.evidence ?? episode?.evidence ?? []
  const measured = kind.channels.filter(
    ({ name }) =>
      name !== 'lon_deg' && name !== 'lat_deg' && seen.some(({ values }) => name in values),
  )
  const texts = [...(basis?.clauses.map(({ text }) => text) ?? []), basis?.when ?? '']
  const channel =
    texts.flatMap((text) => measured.find(({ name }) => names(text, name)) ?? [])[0] ?? measured[0]
  if (!channel) return null
  const params = basis?.params ?? {}
  const marks = texts.flatMap((text) => markIn(text, channel.name, params) ?? [])
  const startedAt = Date.parse(times.startedAt)
  const confirmedAt = Date.parse(times.confirmedAt)
  const endedAt = episode?.endedAt ? Date.parse(episode.endedAt) : null
  const pad = Math.max(PAD_MS, (confirmedAt - startedAt) * 2)
  const from = startedAt - pad
  const last = Math.min(endedAt ?? Math.max(confirmedAt, Date.now()), confirmedAt + LONGEST_MS)
  return {
    deviceId,
    channel,
    mark: marks[0] ?? null,
    clearMark: markIn(basis?.clear ?? null, channel.name, params),
    from,
    // Of one that goes on nothing comes after now.
    to: last + (endedAt === null ? Math.max(PAD_MS / 10, (last - from) * 0.05) : pad),
    startedAt,
    confirmedAt,
    endedAt,
  }
}
