import { ref } from 'vue'
import { api } from '#web/src/api/client.ts'
import { answerOf } from '#web/src/api/problem.ts'
import type { components, paths } from '#web/src/api/schema.d.ts'
import { tellProblem } from '#web/src/shared/tell-problem.ts'

export type Message = components['schemas']['QuarantineMessage']
type Body = NonNullable<
  paths['/api/v1/quarantine/replay']['post']['requestBody']
>['content']['application/json']
export type ReplayFilter = Pick<Body, 'reason' | 'deviceId' | 'from' | 'to'>

/** How a replay goes, or went. */
export interface ReplayCourse {
  readonly replayed: number
  readonly resolved: number
  readonly refused: number
  readonly state: 'going' | 'done' | 'halted'
}

/** So many at a time, that one sees it go and may stop it. */
const AT_ONCE = 200

export const replayOne = (id: string): Promise<Message> =>
  answerOf(api.POST('/api/v1/quarantine/{id}/replay', { params: { path: { id } } }))

/** Runs messages of the quarantine again and says how that goes. */
export function useReplay() {
  const course = ref<ReplayCourse | null>(null)
  let isHalted = false

  async function begin(work: (count: typeof add) => Promise<void>): Promise<void> {
    isHalted = false
    course.value = { replayed: 0, resolved: 0, refused: 0, state: 'going' }
    const state = { is: 'halted' as 'halted' | 'done' }
    await tellProblem(async () => {
      await work(add)
      state.is = isHalted ? 'halted' : 'done'
    })
    if (course.value !== null) course.value = { ...course.value, state: state.is }
  }

  function add(replayed: number, resolved: number): void {
    const before = course.value
    if (before === null) return
    course.value = {
      ...before,
      replayed: before.replayed + replayed,
      resolved: before.resolved + resolved,
      refused: before.refused + replayed - resolved,
    }
  }

  return {
    course,
    halt(): void {
      isHalted = true
    },
    /** These, one after the other. */
    some: (ids: readonly string[]): Promise<void> =>
      begin(async (count) => {
        for (const id of ids) {
          if (isHalted) return
          const { resolvedAt } = await replayOne(id)
          count(1, resolvedAt === null ? 0 : 1)
        }
      }),
    /** All that wait and fit, the oldest first. */
    all: (filter: ReplayFilter): Promise<void> =>
      begin(async (count) => {
        let body: Body = { ...filter, limit: AT_ONCE }
        for (;;) {
          const report = await answerOf(api.POST('/api/v1/quarantine/replay', { body }))
          count(report.replayed, report.resolved)
          if (report.next === null || isHalted) return
          body = { ...body, after: report.next }
        }
      }),
  }
}
