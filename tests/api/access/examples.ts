import { CASE_COMMAND_NAMES, CASE_COMMANDS, type CaseCommandName } from '#model/case-command.ts'
import type { Method } from '#tests/api/api-fixture.ts'
import { uuid } from '#tests/store/fixtures.ts'
import { EVALUATION_EXAMPLES } from './evaluation-examples.ts'
import { at, type Example, plain } from './example.ts'
import { RULE_EXAMPLES } from './rule-examples.ts'
import { TRACK_EXAMPLES } from './track-examples.ts'
import { lineIn, type Town } from './two-districts.ts'

const first = (of: Town): string => of.devices[0] as string
const deviceAt = (rest = '') => at((of) => `/api/v1/devices/${first(of)}${rest}`)
const partAt = at((of) => `/api/v1/parts/${of.parts[0]}`)
const gridAt = at((of) => `/api/v1/grids/${of.grid.code}`)
const csv = { 'content-type': 'text/csv' }
const csvOf = (of: Town, columns: object): string =>
  `${['id', ...Object.keys(columns)].join(',')}\n${[first(of), ...Object.values(columns)].join(',')}\n`
/** What a command must have, and no more. */
const commandBody = (name: CaseCommandName, of: Town): object => {
  const { required = [] } = CASE_COMMANDS[name] as { readonly required?: readonly string[] }
  const filled = {
    reason: 'because',
    passed: true,
    until: '2027-01-01T00:00:00Z',
    by: 'leader',
    isKey: true,
    into: of.made.case,
  }
  return Object.fromEntries(Object.entries(filled).filter(([field]) => required.includes(field)))
}
const ACCOUNT = `/api/v1/accounts/${uuid(1)}`
const HOOK = `/api/v1/webhooks/${uuid(1)}`
const EVENT = uuid(2)
const INTEGRATION = `/api/v1/integrations/${uuid(1)}`
const DAY = 'from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z'
const HOLIDAY = '/api/v1/work-calendar/days/2027-02-06'
const POLICY = '/api/v1/filing-conditions/part/missing-or-displaced/policy'
const square = (of: Town): string => JSON.stringify(JSON.stringify(of.grid.geometry))

/** Every route of the application but those of the documentation's own pages. */
export const EXAMPLES: Readonly<Record<string, Example>> = {
  'GET /health/live': plain('/health/live'),
  'GET /health/ready': plain('/health/ready'),
  'GET /metrics': plain('/metrics'),
  'GET /api/v1/system': plain('/api/v1/system'),
  'GET /api/v1/console': plain('/api/v1/console'),
  'GET /api/openapi.json': plain('/api/openapi.json'),
  'GET /api/problems': plain('/api/problems'),
  'GET /api/problems/:code': plain('/api/problems/conflict'),

  'GET /api/v1/session/ways': plain('/api/v1/session/ways'),
  'GET /api/v1/session/oidc': plain('/api/v1/session/oidc'),
  'GET /api/v1/session/oidc/callback': plain('/api/v1/session/oidc/callback'),
  'POST /api/v1/session': plain('/api/v1/session', () => ({})),
  'GET /api/v1/session': plain('/api/v1/session'),
  'DELETE /api/v1/session': plain('/api/v1/session'),
  'POST /api/v1/session/password': plain('/api/v1/session/password', () => ({})),
  'GET /api/v1/session/browsers': plain('/api/v1/session/browsers'),
  'DELETE /api/v1/session/browsers': plain('/api/v1/session/browsers'),
  'DELETE /api/v1/session/browsers/:id': plain(`/api/v1/session/browsers/${uuid(1)}`),
  'GET /api/v1/session/tokens': plain('/api/v1/session/tokens'),
  'POST /api/v1/session/tokens': plain('/api/v1/session/tokens', () => ({})),
  'DELETE /api/v1/session/tokens/:id': plain(`/api/v1/session/tokens/${uuid(1)}`),

  'GET /api/v1/accounts': plain('/api/v1/accounts'),
  'POST /api/v1/accounts': plain('/api/v1/accounts', () => ({})),
  'GET /api/v1/accounts/:id': plain(ACCOUNT),
  'PATCH /api/v1/accounts/:id': plain(ACCOUNT, () => ({})),
  'DELETE /api/v1/accounts/:id': plain(ACCOUNT),
  'POST /api/v1/accounts/:id/password': plain(`${ACCOUNT}/password`, () => ({})),
  'POST /api/v1/accounts/:id/unlock': plain(`${ACCOUNT}/unlock`),
  'GET /api/v1/accounts/:id/sessions': plain(`${ACCOUNT}/sessions`),
  'DELETE /api/v1/accounts/:id/sessions': plain(`${ACCOUNT}/sessions`),
  'GET /api/v1/accounts/:id/tokens': plain(`${ACCOUNT}/tokens`),
  'POST /api/v1/accounts/:id/tokens': plain(`${ACCOUNT}/tokens`, () => ({})),
  'DELETE /api/v1/accounts/:id/tokens/:tokenId': plain(`${ACCOUNT}/tokens/${uuid(2)}`),
  'GET /api/v1/audit': plain('/api/v1/audit'),
  'GET /api/v1/roles': plain('/api/v1/roles'),
  'GET /api/v1/departments': plain('/api/v1/departments'),
  'GET /api/v1/departments/:id': plain('/api/v1/departments/roads'),
  'PUT /api/v1/departments/:id': plain('/api/v1/departments/roads', () => ({ name: 'Roads' })),
  'DELETE /api/v1/departments/:id': plain('/api/v1/departments/roads'),
  'GET /api/v1/duty-grids': plain('/api/v1/duty-grids'),
  'GET /api/v1/duty-grids/:code': at((of) => `/api/v1/duty-grids/${of.dutyGrid}`),
  'PUT /api/v1/duty-grids/:code': at(
    (of) => `/api/v1/duty-grids/${of.dutyGrid}`,
    () => ({ title: 'changed', unitGrids: [] }),
  ),
  'DELETE /api/v1/duty-grids/:code': at((of) => `/api/v1/duty-grids/${of.dutyGrid}`),

  'GET /api/v1/webhooks': plain('/api/v1/webhooks'),
  'POST /api/v1/webhooks': plain('/api/v1/webhooks', () => ({})),
  'GET /api/v1/webhooks/dead-letters': plain('/api/v1/webhooks/dead-letters'),
  'GET /api/v1/webhooks/:id': plain(HOOK),
  'PATCH /api/v1/webhooks/:id': plain(HOOK, () => ({})),
  'DELETE /api/v1/webhooks/:id': plain(HOOK),
  'POST /api/v1/webhooks/:id/secret': plain(`${HOOK}/secret`),
  'POST /api/v1/webhooks/:id/test': plain(`${HOOK}/test`),
  'GET /api/v1/webhooks/:id/deliveries': plain(`${HOOK}/deliveries`),
  'POST /api/v1/webhooks/:id/deliveries/:eventId/replay': plain(
    `${HOOK}/deliveries/${EVENT}/replay`,
  ),
  'POST /api/v1/webhooks/:id/deliveries/:eventId/discard': plain(
    `${HOOK}/deliveries/${EVENT}/discard`,
  ),
  'POST /api/v1/webhooks/:id/dead-letters/replay': plain(`${HOOK}/dead-letters/replay`, () => ({})),
  'POST /api/v1/webhooks/:id/dead-letters/discard': plain(
    `${HOOK}/dead-letters/discard`,
    () => ({}),
  ),
  'POST /api/v1/webhooks/:id/cases/:caseId/replay': at(
    (of) => `${HOOK}/cases/${of.made.case}/replay`,
  ),

  'GET /api/v1/work-calendar': plain('/api/v1/work-calendar'),
  'GET /api/v1/work-calendar/deadline': plain('/api/v1/work-calendar/deadline'),
  'PUT /api/v1/work-calendar/days/:date': plain(HOLIDAY, () => ({})),
  'DELETE /api/v1/work-calendar/days/:date': plain(HOLIDAY),
  'PUT /api/v1/work-calendar/periods': plain('/api/v1/work-calendar/periods', () => ({})),
  'PUT /api/v1/work-calendar/known-until': plain('/api/v1/work-calendar/known-until', () => ({})),
  'POST /api/v1/work-calendar/import': at(
    () => '/api/v1/work-calendar/import',
    () => 'date,type,name\n',
    csv,
  ),

  'GET /api/v1/devices': plain('/api/v1/devices'),
  'POST /api/v1/devices': plain('/api/v1/devices', (of) => ({
    id: of.wanted.device,
    kind: 'manhole-cover',
    ...of.place,
  })),
  'GET /api/v1/devices/:id': deviceAt(),
  'PATCH /api/v1/devices/:id': { ...deviceAt(), body: () => ({ label: 'changed' }) },
  'DELETE /api/v1/devices/:id': deviceAt(),
  'POST /api/v1/devices/:id/secret': { ...deviceAt('/secret'), body: () => ({}) },
  ...TRACK_EXAMPLES,
  'GET /api/v1/top-devices': plain(
    `/api/v1/top-devices?kind=manhole-cover&channel=tilt_deg&limit=50&${DAY}`,
  ),
  'GET /api/v1/device-states': at(
    ({ place: { lon_deg, lat_deg } }) =>
      `/api/v1/device-states?bbox=${lon_deg - 5},${lat_deg - 5},${lon_deg + 5},${lat_deg + 5}`,
  ),
  'GET /api/v1/device-health': plain('/api/v1/device-health'),
  'GET /api/v1/devices/:id/connection': deviceAt('/connection'),
  'GET /api/v1/takeovers': plain('/api/v1/takeovers'),
  'GET /api/v1/nuisances': plain('/api/v1/nuisances'),

  'POST /api/v1/devices/:id/commands': {
    ...deviceAt('/commands'),
    body: () => ({ name: 'blink' }),
  },
  'GET /api/v1/devices/:id/commands': deviceAt('/commands'),
  'GET /api/v1/commands/:id': at((of) => `/api/v1/commands/${of.made.command}`),

  'GET /api/v1/parts': plain('/api/v1/parts'),
  'POST /api/v1/parts': plain('/api/v1/parts', (of) => ({
    id: of.wanted.part,
    name: 'new',
    ...of.place,
  })),
  'GET /api/v1/parts-on-map': plain('/api/v1/parts-on-map?bbox=-180,-85,180,85'),
  'GET /api/v1/parts/:id': partAt,
  'PATCH /api/v1/parts/:id': { ...partAt, body: () => ({ note: 'changed' }) },
  'DELETE /api/v1/parts/:id': partAt,

  'GET /api/v1/grids': plain('/api/v1/grids'),
  'GET /api/v1/grid-loads': plain('/api/v1/grid-loads?bbox=-180,-90,180,90'),
  'GET /api/v1/grids/locate': at(
    ({ place }) => `/api/v1/grids/locate?lon_deg=${place.lon_deg}&lat_deg=${place.lat_deg}`,
  ),
  'GET /api/v1/grids/:code': gridAt,
  'POST /api/v1/grids': plain('/api/v1/grids', ({ grid }) => ({
    ...grid,
    code: '140802001001500',
  })),
  'PATCH /api/v1/grids/:code': { ...gridAt, body: () => ({ street: 'changed' }) },
  'DELETE /api/v1/grids/:code': gridAt,

  'GET /api/v1/areas': plain('/api/v1/areas'),
  'GET /api/v1/areas/:id': plain('/api/v1/areas/old-town'),
  'PUT /api/v1/areas/:id': plain('/api/v1/areas/old-town', ({ grid }) => ({
    title: { en: 'old town', zh: '老城' },
    geometry: grid.geometry,
  })),
  'DELETE /api/v1/areas/:id': plain('/api/v1/areas/old-town'),

  'GET /api/v1/lines-on-map': plain('/api/v1/lines-on-map?bbox=-180,-85,180,85&zoom=15'),
  'GET /api/v1/lines/:id': at(({ line }) => `/api/v1/lines/${line}`),
  'GET /api/v1/lines': plain('/api/v1/lines'),
  'PUT /api/v1/lines/:id': plain('/api/v1/lines/new-sewer', (of) => ({
    class: 'sewer',
    geometry: lineIn(of),
  })),
  'DELETE /api/v1/lines/:id': at(({ line }) => `/api/v1/lines/${line}`),

  'GET /api/v1/imports/:id': plain('/api/v1/imports/none-of-ours'),
  'POST /api/v1/imports/devices': at(
    () => '/api/v1/imports/devices',
    (of) => csvOf(of, { kind: 'manhole-cover', ...of.place }),
    csv,
  ),
  'POST /api/v1/imports/parts': at(
    () => '/api/v1/imports/parts',
    (of) => `id,name\n${of.parts[0]},changed\n`,
    csv,
  ),
  'POST /api/v1/imports/grids': at(
    () => '/api/v1/imports/grids',
    (of) => `code,district,street,community,geometry\n${of.grid.code},a,b,c,${square(of)}\n`,
    csv,
  ),
  'POST /api/v1/imports/areas': at(
    () => '/api/v1/imports/areas',
    (of) => `id,geometry\nold-town,${square(of)}\n`,
    csv,
  ),

  'POST /api/v1/imports/lines': at(
    () => '/api/v1/imports/lines',
    (of) => `id,class,geometry\nnew-sewer,sewer,${JSON.stringify(JSON.stringify(lineIn(of)))}\n`,
    csv,
  ),

  'GET /api/v1/quarantine': plain('/api/v1/quarantine'),
  'GET /api/v1/quarantine/:id': at((of) => `/api/v1/quarantine/${of.made.quarantined}`),
  'POST /api/v1/quarantine/:id/replay': at(
    (of) => `/api/v1/quarantine/${of.made.quarantined}/replay`,
  ),
  'POST /api/v1/quarantine/replay': plain('/api/v1/quarantine/replay', () => ({})),

  'GET /api/v1/episodes': plain('/api/v1/episodes'),
  'GET /api/v1/episodes/counts': plain('/api/v1/episodes/counts'),
  'GET /api/v1/live': {
    ...at((of) => `/api/v1/live?device=${first(of)}`),
    isStream: true,
  },
  'GET /api/v1/cases': plain('/api/v1/cases'),
  'GET /api/v1/cases/counts': plain('/api/v1/cases/counts'),
  'GET /api/v1/cases/export': plain('/api/v1/cases/export'),
  'POST /api/v1/cases/import': at(
    () => '/api/v1/cases/import?system=elsewhere',
    (of) =>
      `taskNumber,kind,reportedAt,gridCode,state\n1,part,2026-11-20 08:00,${of.grid.code},reported\n`,
    csv,
  ),
  'GET /api/v1/integrations': plain('/api/v1/integrations'),
  'GET /api/v1/integrations/:accountId': plain(INTEGRATION),
  'PUT /api/v1/integrations/:accountId': plain(INTEGRATION, () => ({})),
  'DELETE /api/v1/integrations/:accountId': plain(INTEGRATION),
  'GET /open311/v2/:resource': plain('/open311/v2/requests.json'),
  'GET /open311/v2/:resource/:name': plain(`/open311/v2/requests/${uuid(1)}.json`),
  'POST /open311/v2/:resource': plain('/open311/v2/requests.json'),
  'GET /open311/v2/*': plain('/open311/v2/a/b/c'),
  'POST /open311/v2/*': plain('/open311/v2/a/b/c'),
  'GET /api/v1/cases/:id': at((of) => `/api/v1/cases/${of.made.case}`),
  'GET /api/v1/cases/:id/inspectors': at((of) => `/api/v1/cases/${of.made.case}/inspectors`),
  ...Object.fromEntries(
    CASE_COMMAND_NAMES.map((name) => [
      `POST /api/v1/cases/:id/${name}`,
      at(
        (of) => `/api/v1/cases/${of.made.case}/${name}`,
        (of) => commandBody(name, of),
      ),
    ]),
  ),
  'POST /api/v1/reports': plain('/api/v1/reports', () => ({})),
  'POST /api/v1/attachments': at(
    () => '/api/v1/attachments',
    () => 'no photo',
    { 'content-type': 'image/png' },
  ),
  'GET /api/v1/attachments/:id': at((of) => `/api/v1/attachments/${of.photo}`),
  'GET /api/v1/attachments/:id/content': at((of) => `/api/v1/attachments/${of.photo}/content`),
  'GET /api/v1/filing-conditions': plain('/api/v1/filing-conditions'),
  'PUT /api/v1/filing-conditions/:kind/:condition/policy': plain(POLICY, () => ({})),
  'DELETE /api/v1/filing-conditions/:kind/:condition/policy': plain(POLICY),
  ...EVALUATION_EXAMPLES,
  'GET /api/v1/dispatch-rules': plain('/api/v1/dispatch-rules'),
  'PUT /api/v1/dispatch-rules': plain('/api/v1/dispatch-rules', () => ({})),
  'DELETE /api/v1/dispatch-rules/:id': plain(`/api/v1/dispatch-rules/${uuid(1)}`),

  ...RULE_EXAMPLES,
}

export const methodOf = (route: string): Method => route.split(' ', 1)[0] as Method
