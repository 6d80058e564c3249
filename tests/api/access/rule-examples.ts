import { at, type Example, plain } from './example.ts'
import { RULE, type Town, trialOf } from './two-districts.ts'

const first = (of: Town): string => of.devices[0] as string
const rule = `/api/v1/rules/${RULE}`
const override = (of: Town) => ({ param: 'angle_deg', scope: 'device', key: first(of) })

/** Every route of rules, of what they are set to and of trying them. */
export const RULE_EXAMPLES: Readonly<Record<string, Example>> = {
  'GET /api/v1/rules': plain('/api/v1/rules'),
  'GET /api/v1/rules/:id': plain(rule),
  'GET /api/v1/rules/:id/versions': plain(`${rule}/versions`),
  'GET /api/v1/rules/:id/versions/:version': plain(`${rule}/versions/1`),
  'GET /api/v1/rules/:id/changes': plain(`${rule}/changes`),
  'POST /api/v1/rules/check': plain('/api/v1/rules/check', () => ({ document: 'id: a' })),
  'GET /api/v1/rule-language': plain('/api/v1/rule-language'),
  'GET /api/v1/rules/:id/tests': plain(`${rule}/tests`),
  'PUT /api/v1/rules/:id/tests': plain(`${rule}/tests`, () => ({ document: 'rule: a' })),
  'POST /api/v1/rules/test': plain('/api/v1/rules/test', () => ({ document: 'a', tests: 'b' })),
  'PUT /api/v1/rules/:id': plain(rule, () => ({ document: 'id: a' })),
  'POST /api/v1/rules/:id/rollback': plain(`${rule}/rollback`, () => ({ version: 1 })),
  'POST /api/v1/rules/:id/enable': plain(`${rule}/enable`, () => ({})),
  'POST /api/v1/rules/:id/disable': plain(`${rule}/disable`, () => ({})),
  'GET /api/v1/rules/:id/overrides': plain(`${rule}/overrides`),
  'PUT /api/v1/rules/:id/overrides': plain(`${rule}/overrides`, (of) => ({
    ...override(of),
    value: 30,
  })),
  'DELETE /api/v1/rules/:id/overrides': at(
    (of) => `${rule}/overrides?${new URLSearchParams(override(of)).toString()}`,
  ),
  'GET /api/v1/rules/:id/effective': at((of) => `${rule}/effective?device=${first(of)}`),

  'GET /api/v1/explain': at((of) => `/api/v1/explain?rule=${RULE}&device=${first(of)}`),

  'POST /api/v1/backtests': plain('/api/v1/backtests', trialOf),
  'GET /api/v1/backtests': plain('/api/v1/backtests'),
  'GET /api/v1/backtests/:id': at((of) => `/api/v1/backtests/${of.made.trial}`),
  'DELETE /api/v1/backtests/:id': at((of) => `/api/v1/backtests/${of.made.trial}`),
  'GET /api/v1/backtests/:id/episodes': at((of) => `/api/v1/backtests/${of.made.trial}/episodes`),
}
