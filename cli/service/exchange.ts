import type { Open311 } from '#api/open311/open311-routes.ts'
import type { CaseExchange } from '#api/routes/case-exchange-routes.ts'
import type { Integrations } from '#api/routes/integration-routes.ts'
import type { CaseWorld } from '#cases/case-world.ts'
import { CASE_LAW } from '#cases/law.ts'
import type { Place } from '#model/place.ts'
import { epochMs } from '#model/time.ts'
import { wallClock } from '#model/wall-clock.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config.ts'
import { CaseNumbers } from '#store/commit/case-number.ts'
import type { Database } from '#store/database.ts'
import { CaseImports } from '#store/exchange/case-imports.ts'
import { exchangeFacts } from '#store/exchange/exchange-facts.ts'
import { createIntegrations } from '#store/exchange/integrations.ts'
import { createServiceRequests } from '#store/exchange/service-requests.ts'
import { createCaseQueries } from '#store/queries/cases.ts'

interface ExchangeOptions {
  readonly pool: Database['pool']
  readonly world: () => CaseWorld
  readonly surroundings: {
    readonly gridOf: (place: Place) => { readonly code: string } | undefined
  }
  readonly config: Pick<Config, 'open311'> & {
    readonly http: Pick<Config['http'], 'publicUrl'>
    readonly city: Pick<Config['city'], 'district' | 'timeZone'>
  }
  readonly clock: Clock
}

/** How other systems hand cases over, take them, file reports and read what became of them. */
export function openExchange({
  pool,
  world,
  surroundings,
  config: { http, city, open311 },
  clock,
}: ExchangeOptions) {
  const integrations = createIntegrations(pool, clock)
  const now = () => epochMs(clock.now())
  const departmentName = (id: string) => world().departments.get(id)?.name
  const imports = new CaseImports({
    pool,
    law: CASE_LAW,
    world,
    numbers: new CaseNumbers(city.timeZone),
    clock,
    gridOf: (place) => surroundings.gridOf(place)?.code,
    district: city.district,
  })
  const queries = createCaseQueries(pool)
  const ports: {
    readonly caseExchange: CaseExchange
    readonly integrations: Integrations
    readonly open311: Open311
  } = {
    integrations,
    caseExchange: {
      list: (filter) => queries.list(filter),
      facts: (cases) => exchangeFacts(pool, cases),
      names: { departmentName },
      take: (rows, options, count) => imports.take(rows, options, count),
      systemOf: async (accountId) => (await integrations.fieldsOf(accountId)).system,
      clock: wallClock(city.timeZone),
      now,
    },
    open311: {
      requests: createServiceRequests(pool),
      names: { departmentName },
      now,
      config: { ...open311, publicUrl: http.publicUrl },
    },
  }
  return {
    ports,
    /** Called after each transaction of an import with what it changed. */
    onChange: (listener: Parameters<CaseImports['onChange']>[0]) => imports.onChange(listener),
  }
}
