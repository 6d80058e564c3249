import { DISORDERS } from './disorder.ts'
import { type Interval, intervalsAbove, type Level } from './level-series.ts'
import { sendLevels } from './send-levels.ts'

/** A running service whose only rule is that of {@link thresholdRule}. */
export interface RiverService {
  readonly api: string
  readonly mqttUrl: string
  readonly token: string
}

/** How a way of arriving fared. */
export interface Passage {
  readonly disorder: string
  readonly messages: number
  /** That a plain loop over the sorted series tells. */
  readonly expected: readonly Interval[]
  /** That the service found. */
  readonly found: readonly Interval[]
}

/** A rule without a hold, so that every crossing of the mark counts. */
export const thresholdRule = (mark_mm: number): string => `
id: river-above-mark
kind: pipe-gauge
title: { en: river above the mark, zh: 河道水位超标 }
source: our default
when: level_mm > ${mark_mm}.0
severity: notice
outcome: { case: none }
`

/**
 * Sends the same series by as many gauges as there are ways to arrive, each its own way, and reads
 * what the rule found for each.
 */
export async function throughService(
  service: RiverService,
  levels: readonly Level[],
  mark_mm: number,
  chance: () => number,
): Promise<readonly Passage[]> {
  const expected = intervalsAbove(levels, mark_mm)
  const ways = Object.entries(DISORDERS).map(([disorder, sendingOf], index) => ({
    disorder,
    id: `river-${index}`,
    sending: sendingOf(levels, chance),
  }))
  return await Promise.all(
    ways.map(async ({ disorder, id, sending }): Promise<Passage> => {
      const { secret } = await ask<{ secret: string }>(service, '/api/v1/devices', {
        id,
        kind: 'pipe-gauge',
      })
      await sendLevels({ mqttUrl: service.mqttUrl, id, secret }, sending)
      const found = await foundBy(service, id)
      return { disorder, messages: sending.length, expected, found }
    }),
  )
}

interface Shown {
  readonly startedAt: string
  readonly endedAt: string | null
  readonly withdrawnAt: string | null
}

async function foundBy(service: RiverService, deviceId: string): Promise<readonly Interval[]> {
  const found: Interval[] = []
  for (let after = ''; ; ) {
    const page = await ask<{ items: readonly Shown[]; next: string | null }>(
      service,
      `/api/v1/episodes?deviceId=${deviceId}&limit=1000${after}`,
    )
    for (const { startedAt, endedAt, withdrawnAt } of page.items) {
      if (withdrawnAt === null) found.push({ startedAt: epoch(startedAt), endedAt: epoch(endedAt) })
    }
    if (!page.next) return found.sort((a, b) => a.startedAt - b.startedAt)
    after = `&after=${encodeURIComponent(page.next)}`
  }
}

const epoch = <Text extends string | null>(text: Text) =>
  (text === null ? null : Date.parse(text)) as Text extends string
    ? Interval['startedAt']
    : Interval['endedAt']

async function ask<Answer>(
  { api, token }: RiverService,
  path: string,
  body?: object,
): Promise<Answer> {
  const response = await fetch(`${api}${path}`, {
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`)
  return JSON.parse(text) as Answer
}
