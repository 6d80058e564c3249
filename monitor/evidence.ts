import type { EvidenceReading } from '#model/episode.ts'
import type { DeviceKind } from '#model/kind.ts'
import type { Sample } from '#rules/fold.ts'

/** A reading by the names of its channels, for people and for the database. */
export function toEvidence(kind: DeviceKind, { measuredAt, seq, values }: Sample): EvidenceReading {
  const named: Record<string, number | boolean> = {}
  for (const [index, channel] of kind.channels.entries()) {
    const value = values[index]
    if (value !== undefined) named[channel.name] = value
  }
  return { measuredAt, seq, values: named }
}

/** And back again. */
export const fromEvidence = (
  kind: DeviceKind,
  { measuredAt, seq, values }: EvidenceReading,
): Sample => ({ measuredAt, seq, values: kind.channels.map(({ name }) => values[name]) })

/** UCUM by channel, of those that some reading has; those without a unit are left out. */
export const unitsOf = (
  { channels }: DeviceKind,
  evidence: readonly EvidenceReading[],
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    channels.flatMap(({ name, unit }) =>
      unit !== '1' && evidence.some(({ values }) => values[name] !== undefined)
        ? [[name, unit] as const]
        : [],
    ),
  )
