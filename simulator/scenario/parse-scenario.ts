import { parseDocument } from 'yaml'
import { Rejected } from '#model/error.ts'
import { schemaCheck } from '#model/schema-fault.ts'
import type { Scenario } from './scenario.ts'
import { ScenarioDocument } from './scenario-document.ts'
import { scenarioFaults } from './scenario-faults.ts'
import { scenarioOf } from './scenario-of.ts'

const faultsOfForm = schemaCheck(ScenarioDocument)

/**
 * Reads one scenario file.
 *
 * @param name what to call the file in a fault
 * @throws Rejected `invalid-input` naming the file and, for every fault at once, its path and reason
 */
export function parseScenario(text: string, name: string): Scenario {
  const document = parseDocument(text)
  const [syntax] = document.errors
  // The first line says what and where; those after it draw the place.
  if (syntax) {
    throw refused(name, [syntax.message.split('\n', 1)[0]?.replace(/:$/, '') ?? 'no YAML'])
  }
  const value: unknown = document.toJS()
  const form = faultsOfForm(value)
  if (form.length > 0) {
    throw refused(
      name,
      form.map(({ detail }) => detail),
    )
  }
  const read = value as ScenarioDocument
  const meaning = scenarioFaults(read)
  if (meaning.length > 0) throw refused(name, meaning)
  return scenarioOf(read)
}

const refused = (name: string, faults: readonly string[]): Rejected =>
  new Rejected('invalid-input', `${name}: ${faults.join('; ')}`, { detail: { faults } })
