import type { EvaluationConfigurations } from '#api/routes/evaluation-configuration-routes.ts'
import type { Evaluator } from '#api/routes/evaluation-routes.ts'
import { cityPeriods } from '#model/evaluation/city-period.ts'
import { epochMs } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Database } from '#store/database.ts'
import { createEvaluationDesk } from '#store/evaluation/evaluation-desk.ts'

interface EvaluationPartsOptions {
  readonly pool: Database['pool']
  readonly timeZone: string
  readonly clock: Clock
}

/** How the city is evaluated, as the API asks for it. */
export function evaluationParts({ pool, timeZone, clock }: EvaluationPartsOptions): {
  readonly evaluator: Evaluator
  readonly evaluationConfigurations: EvaluationConfigurations
} {
  const desk = createEvaluationDesk({ pool, clock })
  const periods = cityPeriods(timeZone)
  const now = () => epochMs(clock.now())
  return {
    evaluator: {
      evaluate: (request, page) => desk.evaluate(request, page),
      cases: (request, figure, page) => desk.cases(request, figure, page),
      periods,
      now,
    },
    evaluationConfigurations: desk.configurations,
  }
}
