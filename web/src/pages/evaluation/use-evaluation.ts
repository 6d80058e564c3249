import { onScopeDispose, type Ref, ref } from 'vue'
import { api } from '#web/src/api/client.ts'
import { answerOf } from '#web/src/api/problem.ts'
import { tellProblem } from '#web/src/shared/tell-problem.ts'
import { useLoaded } from '#web/src/shared/use-loaded.ts'
import { type EvaluationView, evaluate, type Target } from './evaluation-of.ts'
import { beside, type readPeriodOf } from './period.ts'
import { ranked } from './row-title.ts'

interface Question {
  readonly target: Target
  readonly period: ReturnType<typeof readPeriodOf>
}

/** Scores of the period before, as far as they were read. */
interface Before {
  readonly scores: ReadonlyMap<string, number | null>
  /** Where to read on; null at the end. */
  readonly next: string | null | undefined
  readonly upTo: string
}

const NOTHING: Before = { scores: new Map(), next: undefined, upTo: '' }

/** An evaluation beside that of the period before: its first rows, and more of them when they are asked for. */
export function useEvaluation(question: Ref<Question>, watching: Ref<string>) {
  const found = useLoaded(
    async (signal) => {
      const asked = question.value
      const result = await evaluate(asked.target, asked.period, signal)
      const query = { version: result.configurationVersion }
      const [stored, before] = await Promise.all([
        answerOf(api.GET('/api/v1/evaluation/configuration', { params: { query }, signal })),
        readBefore(asked, NOTHING, lastKey(result), signal),
      ])
      return {
        ...asked,
        result: { ...result, items: ranked(result.items) },
        configuration: stored.configuration,
        before,
      }
    },
    { watching },
  )
  const isReadingOn = ref(false)
  const leaving = new AbortController()
  onScopeDispose(() => leaving.abort())

  async function readOn(): Promise<void> {
    const known = found.data.value
    if (!known || known.result.next === null) return
    const { configurationVersion: configuration, next: after, items } = known.result
    const { signal } = leaving
    isReadingOn.value = true
    await tellProblem(async () => {
      const more = await evaluate(known.target, known.period, signal, { after, configuration })
      const before = await readBefore(known, known.before, lastKey(more), signal)
      // What is asked meanwhile has rows of its own.
      if (found.data.value !== known) return
      const result = { ...known.result, next: more.next, items: ranked([...items, ...more.items]) }
      found.data.value = { ...known, result, before }
    }).finally(() => {
      isReadingOn.value = false
    })
  }

  return { found, isReadingOn, readOn }
}

const lastKey = ({ items }: EvaluationView): string => items.at(-1)?.key ?? ''

/** Reads on until rows up to a key are known: what was evaluated then may be other than now. */
async function readBefore(
  { target, period }: Question,
  known: Before,
  upTo: string,
  signal: AbortSignal,
): Promise<Before> {
  if (known.next === null || (known.next !== undefined && known.upTo >= upTo)) return known
  const after = known.next === undefined ? {} : { after: known.next }
  const page = await evaluate(target, beside(period.sort, period, -1), signal, after)
  const scores = new Map(known.scores)
  for (const { key, score } of page.items) scores.set(key, score)
  const read = { scores, next: page.next, upTo: lastKey(page) }
  return await readBefore({ target, period }, read, upTo, signal)
}
