import type { Ref } from 'vue'
import type { Channel } from '#model/channel.ts'
import { findKind } from '#model/kinds.ts'
import { api } from '#web/src/api/client.ts'
import { answerOf, Problem } from '#web/src/api/problem.ts'
import type { components, paths } from '#web/src/api/schema.d.ts'
import { useLoaded } from '#web/src/shared/use-loaded.ts'
import { DAY_MS, type LineKey, type Span } from './chart-view.ts'

type Device = components['schemas']['Device']
type Series =
  paths['/api/v1/devices/{id}/series']['get']['responses'][200]['content']['application/json']

/** A step of a line; its instant in epoch ms. */
export interface LinePoint extends Omit<Series['points'][number], 'at'> {
  readonly at: number
}

export interface LineData {
  readonly points: readonly LinePoint[]
  readonly step_ms: number
  /** Between two points further apart than this nothing is known. */
  readonly gap_ms: number
  /** Of a truth value, every one; null where they were too many, and of numbers. */
  readonly changes: readonly { readonly at: number; readonly value: boolean }[] | null
}

/** What was measured of one line. */
export interface Line extends LineKey, LineData {
  readonly name: string
  /** Null: the device is not seen. */
  readonly info: Channel | null
  /** The same hours a week before, at the instants of now. */
  readonly before: LineData | null
}

export interface Lines extends Span {
  readonly lines: readonly Line[]
}

export const WEEK_MS = 7 * DAY_MS
const NONE: LineData = { points: [], step_ms: 0, gap_ms: 0, changes: null }

interface Question {
  readonly lines: Readonly<Ref<readonly LineKey[]>>
  readonly span: Readonly<Ref<Span>>
  readonly isCompared: Readonly<Ref<boolean>>
  /** Most steps. */
  readonly points: Readonly<Ref<number>>
}

/** The lines that are looked at, in as many steps as can be seen. */
export function useLines({ lines, span, isCompared, points }: Question) {
  const devices = new Map<string, Promise<Device>>()

  /** What a device is does not change while one looks at it. */
  function deviceOf(id: string): Promise<Device> {
    const known = devices.get(id)
    if (known) return known
    const asked = answerOf(api.GET('/api/v1/devices/{id}', { params: { path: { id } } }))
    devices.set(id, asked)
    asked.catch(() => devices.delete(id))
    return asked
  }

  async function read(key: LineKey, { from, to }: Span, later: number, signal: AbortSignal) {
    const query = {
      channel: key.channel,
      from: String(from - later),
      to: String(to - later),
      points: points.value,
    }
    const params = { path: { id: key.deviceId }, query }
    const {
      points: found,
      changes,
      ...rest
    } = await answerOf(api.GET('/api/v1/devices/{id}/series', { params, signal }))
    const move = <Some extends { readonly at: string }>(all: readonly Some[]) =>
      all.map((one) => ({ ...one, at: Date.parse(one.at) + later }))
    return { ...rest, points: move(found), changes: changes && move(changes) }
  }

  async function lineOf(key: LineKey, at: Span, signal: AbortSignal): Promise<Line> {
    try {
      const device = await deviceOf(key.deviceId)
      const info = findKind(device.kind)?.channels.find(({ name }) => name === key.channel) ?? null
      if (info === null) return { ...key, ...NONE, name: key.deviceId, info, before: null }
      const [now, before] = await Promise.all([
        read(key, at, 0, signal),
        isCompared.value ? read(key, at, WEEK_MS, signal) : null,
      ])
      const { points: steps, step_ms, gap_ms, changes } = now
      const name = device.label ?? device.id
      return { ...key, name, info, points: steps, step_ms, gap_ms, changes, before }
    } catch (error) {
      // A view of a colleague may have devices that one does not see.
      if (!(error instanceof Problem) || error.status !== 404) throw error
      return { ...key, ...NONE, name: key.deviceId, info: null, before: null }
    }
  }

  return useLoaded<Lines>(
    async (signal) => {
      const at = span.value
      return { ...at, lines: await Promise.all(lines.value.map((key) => lineOf(key, at, signal))) }
    },
    {
      watching: () => JSON.stringify([lines.value, span.value, isCompared.value, points.value]),
    },
  )
}
