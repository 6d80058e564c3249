import { readLibrary, readRuleTests } from '#cli/load-rules.ts'
import { loadSchedules } from '#cli/load-schedules.ts'
import type { WorkCalendar } from '#model/work-calendar.ts'
import { type CityData, cityOf } from '#monitor/city-data.ts'
import type { RulesInForce } from '#monitor/monitor.ts'
import { namedAreas } from '#monitor/named-areas.ts'
import { rulesReader } from '#monitor/rules-in-force.ts'
import { effectiveParams } from '#rules/effective-params.ts'
import type { ParsedRule } from '#rules/parse-rule.ts'
import { parseRuleIn } from '#rules/parse-rule-in.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config.ts'
import type { Logger } from '#runtime/logger.ts'
import type { Database } from '#store/database.ts'
import type { AreaDirectory } from '#store/registry/area-directory.ts'
import type { GridLocator } from '#store/registry/grid-locator.ts'
import { RuleBook } from '#store/rule-book/rule-book.ts'
import { openRuleTests } from './rule-tests.ts'

interface RulePartsOptions {
  readonly config: Config['city']
  readonly pool: Database['pool']
  readonly grids: GridLocator
  readonly areas: AreaDirectory
  readonly calendar: {
    calendar(): WorkCalendar
    onChange(listener: () => void): void
  }
  readonly clock: Clock
  readonly log: Logger
}

/** The rule book, seeded, and what is in force of it with the city it is applied to. */
export async function openRuleParts({
  config,
  pool,
  grids,
  areas,
  calendar,
  clock,
  log,
}: RulePartsOptions) {
  const library = await readLibrary(config.rulesDir)
  const schedules = [...(await loadSchedules(config.schedulesFile)).values()]
  const { timeZone } = config
  const named = new Map(schedules.map((schedule) => [schedule.id, schedule]))
  const parse = parseRuleIn({
    schedules: named,
    get calendar() {
      return calendar.calendar()
    },
    timeZone,
  })
  const book = await RuleBook.open({ pool, language: { parse, effectiveParams }, clock, log })
  await book.seed(library)
  const files = await readRuleTests(config.rulesDir)
  const desk = openRuleTests({ pool, files, schedules: named, clock, log })

  const rulesInForce = rulesReader()
  // Rules that look at places are made anew when any area was changed.
  let revision = 0
  const cityData = (rules: readonly ParsedRule[]): CityData => ({
    areas: namedAreas(rules, book.snapshot.overrides, {
      area: (id) => areas.areas.get(id)?.geometry,
      grid: (code) => grids.find(code)?.geometry,
    }),
    schedules,
    calendar: calendar.calendar(),
    timeZone,
    overrides: book.snapshot.overrides,
    revision: String(revision),
  })
  return {
    book,
    /** What the API asks of all of it. */
    ports: { rules: book, ...desk },
    cityData,
    rules: () => rulesInForce(book.snapshot),
    inForce(): RulesInForce {
      const rules = rulesInForce(book.snapshot)
      return { rules, city: cityOf(cityData(rules)) }
    },
    /** Calls the listener when other rules, parameters, areas or days are to be in force. */
    onChange(listener: () => void): void {
      book.onChange(listener)
      calendar.onChange(listener)
      areas.onChange(() => {
        revision += 1
        listener()
      })
    },
  }
}
