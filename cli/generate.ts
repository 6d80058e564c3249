import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { openApiDocument } from '#api/create-api.ts'
import { RuleDocument } from '#rules/rule-document.ts'
import { RuleTestDocument } from '#rules/rule-test-document.ts'
import { NamedSchedulesDocument } from '#rules/schedule/schedule-document.ts'
import { ScenarioDocument } from '#simulator/scenario/scenario-document.ts'
import { missingKindMigrations } from '#store/kind-migrations.ts'
import { accessPage } from './access-page.ts'
import { asyncApiDocument } from './asyncapi-document.ts'
import { caseFlowPage } from './case-flow-page.ts'
import { configurationPage } from './configuration-page.ts'
import { errorsPage } from './errors-page.ts'
import { exchangeColumnsPage } from './exchange-columns-page.ts'
import { kindsPage } from './kinds-page.ts'
import { loadRules } from './load-rules.ts'
import { alertRules } from './metrics/alert-rules.ts'
import { dashboard } from './metrics/dashboard.ts'
import { metricsPage } from './metrics/metrics-page.ts'
import { ruleLibraryPage } from './rule-library-page.ts'

const SCHEMA = { $schema: 'https://json-schema.org/draft/2020-12/schema' }

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** Every file that is written by the code and never by hand. */
async function generated(): Promise<ReadonlyMap<string, string>> {
  const shipped = (await loadRules(null)).map(({ rule }) => rule)
  return new Map([
    ['docs/configuration.md', configurationPage()],
    ['docs/errors.md', errorsPage()],
    ['docs/access.md', accessPage()],
    ['docs/metrics.md', metricsPage()],
    ['docs/operations/grafana-dashboard.json', json(dashboard())],
    ['docs/operations/alert-rules.yaml', alertRules()],
    ['docs/exchange-columns.md', exchangeColumnsPage()],
    ['docs/device-kinds.md', kindsPage()],
    ['docs/rule-library.md', ruleLibraryPage(shipped)],
    ['docs/case-flow.md', caseFlowPage()],
    ['docs/api/openapi.json', json(await openApiDocument())],
    ['docs/api/asyncapi.json', json(asyncApiDocument())],
    ['docs/api/rule.schema.json', json({ ...SCHEMA, ...RuleDocument })],
    ['docs/api/rule-test.schema.json', json({ ...SCHEMA, ...RuleTestDocument })],
    ['docs/api/schedules.schema.json', json({ ...SCHEMA, ...NamedSchedulesDocument })],
    ['docs/api/scenario.schema.json', json({ ...SCHEMA, ...ScenarioDocument })],
    ...(await missingKindMigrations()),
  ])
}

async function current(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

const onlyCheck = process.argv.includes('--check')
for (const [file, text] of await generated()) {
  if ((await current(file)) === text) continue
  if (onlyCheck) {
    console.error(`${file} is stale: npm run generate`)
    process.exitCode = 1
    continue
  }
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
  console.log(`wrote ${file}`)
}
