import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SCENARIOS } from './list.ts'
import { play } from './play.ts'
import { Stage } from './stage.ts'

/** One stage for all: `npm run chaos` gives each its own, and minutes instead of seconds. */
let stage: Stage | undefined

beforeAll(async () => {
  stage = await Stage.open({ disk_mb: 512 })
}, 240_000)
afterAll(() => stage?.close(), 120_000)

describe('nothing acknowledged is lost, nothing is stored twice, no case is opened twice:', () => {
  test.each(SCENARIOS.filter(({ isQuick }) => isQuick))(
    '$title',
    async (scenario) => {
      const { verdict, seen, faults, skipped } = await play(scenario, {
        isShort: true,
        progress: () => undefined,
        ...(stage ? { stage } : {}),
      })
      expect(faults).toEqual([])
      const counted = skipped ?? `${verdict?.acknowledged} acknowledged, ${verdict?.cases} cases`
      console.log([counted, ...seen].join('; '))
    },
    180_000,
  )
})
