import { CASE_COMMAND_NAMES } from '#model/case-command.ts'
import { DEPARTMENT_ROLES, type Role, SUPERVISION_ROLES } from '#model/role.ts'

/** What may bound an account: it sees and changes nothing beyond. */
export type Bound = 'area' | 'network' | 'department'

/** Who may use a route, and within which of the bounds of an account. */
export interface Access {
  /** `anyone`: without being signed in. `signed-in`: whatever the role. */
  readonly who: 'anyone' | 'signed-in' | readonly Role[]
  /**
   * What bounds the answer. Empty: it is the same for everybody who may ask. `whole-city`: it cannot
   * be told or changed for a part of the city, so only those may ask whom no area and no network bounds.
   */
  readonly within: readonly Bound[] | 'whole-city'
}

const allow = (who: Access['who'], ...within: readonly Bound[]): Access => ({ who, within })
const allowWholeCity = (who: Access['who']): Access => ({ who, within: 'whole-city' })

const ANYONE = allow('anyone')
const SIGNED_IN = allow('signed-in')

/** Who sets the city up: its devices, rules and places. */
const ENGINEER: readonly Role[] = ['engineer']
/** Who gives people their accounts: of the whole city, or an account could widen its own bounds. */
const ADMINISTRATOR: readonly Role[] = ['administrator']
const LEADING: readonly Role[] = ['duty-officer', 'administrator']
const TECHNICAL: readonly Role[] = ['engineer', 'administrator']
const CITY_STAFF: readonly Role[] = [...SUPERVISION_ROLES, ...DEPARTMENT_ROLES, ...TECHNICAL]
/** Every person. An integration is none: it reads nothing but what it reported. */
const STAFF: readonly Role[] = [...CITY_STAFF, 'pipe-operator']

/**
 * Every route by its method and its address as it is registered; one that ends in `/*` stands for all
 * below it. The application is not built with a route that is not here.
 */
export const ACCESS: Readonly<Record<string, Access>> = {
  'GET /health/live': ANYONE,
  'GET /health/ready': ANYONE,
  // The console: its pages and what it calls itself, the same for everybody.
  'GET /': ANYONE,
  'GET /favicon.svg': ANYONE,
  'GET /phone-worker.js': ANYONE,
  'GET /assets/*': ANYONE,
  'GET /api/v1/console': ANYONE,
  'GET /metrics': allowWholeCity(TECHNICAL),
  'GET /api/v1/system': allowWholeCity(TECHNICAL),
  'GET /api/openapi.json': SIGNED_IN,
  'GET /api/docs': SIGNED_IN,
  'GET /api/docs/*': SIGNED_IN,
  'GET /api/problems': SIGNED_IN,
  'GET /api/problems/:code': SIGNED_IN,

  // One's own session and tokens.
  'GET /api/v1/session/ways': ANYONE,
  'GET /api/v1/session/oidc': ANYONE,
  'GET /api/v1/session/oidc/callback': ANYONE,
  'POST /api/v1/session': ANYONE,
  'GET /api/v1/session': SIGNED_IN,
  'DELETE /api/v1/session': SIGNED_IN,
  'POST /api/v1/session/password': SIGNED_IN,
  'GET /api/v1/session/browsers': SIGNED_IN,
  'DELETE /api/v1/session/browsers': SIGNED_IN,
  'DELETE /api/v1/session/browsers/:id': SIGNED_IN,
  'GET /api/v1/session/tokens': SIGNED_IN,
  'POST /api/v1/session/tokens': SIGNED_IN,
  'DELETE /api/v1/session/tokens/:id': SIGNED_IN,

  'GET /api/v1/accounts': allowWholeCity(ADMINISTRATOR),
  'POST /api/v1/accounts': allowWholeCity(ADMINISTRATOR),
  'GET /api/v1/accounts/:id': allowWholeCity(ADMINISTRATOR),
  'PATCH /api/v1/accounts/:id': allowWholeCity(ADMINISTRATOR),
  'DELETE /api/v1/accounts/:id': allowWholeCity(ADMINISTRATOR),
  'POST /api/v1/accounts/:id/password': allowWholeCity(ADMINISTRATOR),
  'POST /api/v1/accounts/:id/unlock': allowWholeCity(ADMINISTRATOR),
  'GET /api/v1/accounts/:id/sessions': allowWholeCity(ADMINISTRATOR),
  'DELETE /api/v1/accounts/:id/sessions': allowWholeCity(ADMINISTRATOR),
  'GET /api/v1/accounts/:id/tokens': allowWholeCity(ADMINISTRATOR),
  'POST /api/v1/accounts/:id/tokens': allowWholeCity(ADMINISTRATOR),
  'DELETE /api/v1/accounts/:id/tokens/:tokenId': allowWholeCity(ADMINISTRATOR),
  'GET /api/v1/audit': allowWholeCity(ADMINISTRATOR),
  'GET /api/v1/roles': SIGNED_IN,
  'GET /api/v1/departments': SIGNED_IN,
  'GET /api/v1/departments/:id': SIGNED_IN,
  'PUT /api/v1/departments/:id': allowWholeCity(ADMINISTRATOR),
  'DELETE /api/v1/departments/:id': allowWholeCity(ADMINISTRATOR),
  'GET /api/v1/duty-grids': allow(CITY_STAFF, 'area', 'network'),
  'GET /api/v1/duty-grids/:code': allow(CITY_STAFF, 'area', 'network'),
  'PUT /api/v1/duty-grids/:code': allowWholeCity(ADMINISTRATOR),
  'DELETE /api/v1/duty-grids/:code': allowWholeCity(ADMINISTRATOR),

  // What other systems are told is of the whole city, and where it goes is a secret of its own.
  'GET /api/v1/webhooks': allowWholeCity(ADMINISTRATOR),
  'POST /api/v1/webhooks': allowWholeCity(ADMINISTRATOR),
  'GET /api/v1/webhooks/dead-letters': allowWholeCity(ADMINISTRATOR),
  'GET /api/v1/webhooks/:id': allowWholeCity(ADMINISTRATOR),
  'PATCH /api/v1/webhooks/:id': allowWholeCity(ADMINISTRATOR),
  'DELETE /api/v1/webhooks/:id': allowWholeCity(ADMINISTRATOR),
  'POST /api/v1/webhooks/:id/secret': allowWholeCity(ADMINISTRATOR),
  'POST /api/v1/webhooks/:id/test': allowWholeCity(ADMINISTRATOR),
  'GET /api/v1/webhooks/:id/deliveries': allowWholeCity(ADMINISTRATOR),
  'POST /api/v1/webhooks/:id/deliveries/:eventId/replay': allowWholeCity(ADMINISTRATOR),
  'POST /api/v1/webhooks/:id/deliveries/:eventId/discard': allowWholeCity(ADMINISTRATOR),
  'POST /api/v1/webhooks/:id/dead-letters/replay': allowWholeCity(ADMINISTRATOR),
  'POST /api/v1/webhooks/:id/dead-letters/discard': allowWholeCity(ADMINISTRATOR),
  'POST /api/v1/webhooks/:id/cases/:caseId/replay': allowWholeCity(ADMINISTRATOR),

  'GET /api/v1/work-calendar': SIGNED_IN,
  'GET /api/v1/work-calendar/deadline': SIGNED_IN,
  'PUT /api/v1/work-calendar/days/:date': allowWholeCity(TECHNICAL),
  'DELETE /api/v1/work-calendar/days/:date': allowWholeCity(TECHNICAL),
  'PUT /api/v1/work-calendar/periods': allowWholeCity(TECHNICAL),
  'PUT /api/v1/work-calendar/known-until': allowWholeCity(TECHNICAL),
  'POST /api/v1/work-calendar/import': allowWholeCity(TECHNICAL),

  'GET /api/v1/devices': allow(STAFF, 'area', 'network'),
  'POST /api/v1/devices': allow(ENGINEER, 'area', 'network'),
  'GET /api/v1/devices/:id': allow(STAFF, 'area', 'network'),
  'PATCH /api/v1/devices/:id': allow(ENGINEER, 'area', 'network'),
  'DELETE /api/v1/devices/:id': allow(ENGINEER, 'area', 'network'),
  'POST /api/v1/devices/:id/secret': allow(ENGINEER, 'area', 'network'),
  'GET /api/v1/devices/:id/readings': allow(STAFF, 'area', 'network'),
  'GET /api/v1/devices/:id/series': allow(STAFF, 'area', 'network'),
  'GET /api/v1/devices/:id/thresholds': allow(STAFF, 'area', 'network'),
  'GET /api/v1/devices/:id/latest': allow(STAFF, 'area', 'network'),
  'GET /api/v1/devices/:id/aggregates': allow(STAFF, 'area', 'network'),
  // Of a person's terminal the routes themselves tell only some: see follow-person.ts.
  'GET /api/v1/devices/:id/track': allow(STAFF, 'area', 'network'),
  // What moves is in no area, and what was missed can be told of the whole city alone.
  'GET /api/v1/vehicles': allowWholeCity(CITY_STAFF),
  'GET /api/v1/coverage': allowWholeCity(CITY_STAFF),
  'GET /api/v1/top-devices': allow(STAFF, 'area', 'network'),
  'GET /api/v1/device-states': allow(STAFF, 'area', 'network'),
  'GET /api/v1/device-health': allow(STAFF, 'area', 'network'),
  'GET /api/v1/devices/:id/connection': allow(TECHNICAL, 'area', 'network'),
  'GET /api/v1/takeovers': allow(TECHNICAL, 'area', 'network'),
  'GET /api/v1/nuisances': allowWholeCity(TECHNICAL),

  'POST /api/v1/devices/:id/commands': allow(ENGINEER, 'area', 'network'),
  'GET /api/v1/devices/:id/commands': allow([...TECHNICAL, 'pipe-operator'], 'area', 'network'),
  'GET /api/v1/commands/:id': allow([...TECHNICAL, 'pipe-operator'], 'area', 'network'),

  'GET /api/v1/parts': allow(CITY_STAFF, 'area', 'network'),
  'POST /api/v1/parts': allow(ENGINEER, 'area', 'network'),
  'GET /api/v1/parts-on-map': allow(CITY_STAFF, 'area', 'network'),
  'GET /api/v1/parts/:id': allow(CITY_STAFF, 'area', 'network'),
  'PATCH /api/v1/parts/:id': allow(ENGINEER, 'area', 'network'),
  'DELETE /api/v1/parts/:id': allow(ENGINEER, 'area', 'network'),

  'GET /api/v1/grids': allow(CITY_STAFF, 'area', 'network'),
  'GET /api/v1/grid-loads': allow(CITY_STAFF, 'area', 'network'),
  'GET /api/v1/grids/locate': allow(CITY_STAFF, 'area', 'network'),
  'GET /api/v1/grids/:code': allow(CITY_STAFF, 'area', 'network'),
  // Whoever moves a grid moves what lies in it from one area to another.
  'POST /api/v1/grids': allowWholeCity(ENGINEER),
  'PATCH /api/v1/grids/:code': allowWholeCity(ENGINEER),
  'DELETE /api/v1/grids/:code': allowWholeCity(ENGINEER),

  // As the rules that name them, areas are drawn for the whole city.
  'GET /api/v1/areas': allow(STAFF),
  'GET /api/v1/areas/:id': allow(STAFF),
  'PUT /api/v1/areas/:id': allowWholeCity(ENGINEER),
  'DELETE /api/v1/areas/:id': allowWholeCity(ENGINEER),

  // Streets are the ground of the map, the same for everybody; pipes are within areas and networks.
  'GET /api/v1/lines-on-map': allow(STAFF, 'area', 'network'),
  'GET /api/v1/lines/:id': allow(STAFF, 'area', 'network'),
  'GET /api/v1/lines': allowWholeCity(TECHNICAL),
  'PUT /api/v1/lines/:id': allowWholeCity(ENGINEER),
  'DELETE /api/v1/lines/:id': allowWholeCity(ENGINEER),

  // Of one's own alone.
  'GET /api/v1/imports/:id': allow(ENGINEER),
  'POST /api/v1/imports/devices': allow(ENGINEER, 'area', 'network'),
  'POST /api/v1/imports/parts': allow(ENGINEER, 'area', 'network'),
  'POST /api/v1/imports/grids': allowWholeCity(ENGINEER),
  'POST /api/v1/imports/areas': allowWholeCity(ENGINEER),
  'POST /api/v1/imports/lines': allowWholeCity(ENGINEER),

  'GET /api/v1/quarantine': allow(TECHNICAL, 'area', 'network'),
  'GET /api/v1/quarantine/:id': allow(TECHNICAL, 'area', 'network'),
  'POST /api/v1/quarantine/:id/replay': allow(ENGINEER, 'area', 'network'),
  'POST /api/v1/quarantine/replay': allow(ENGINEER, 'area', 'network'),

  'GET /api/v1/episodes': allow(STAFF, 'area', 'network'),
  'GET /api/v1/episodes/counts': allow(STAFF, 'area', 'network'),
  'GET /api/v1/explain': allow(STAFF, 'area', 'network', 'department'),
  'GET /api/v1/live': allow(STAFF, 'area', 'network', 'department'),

  'GET /api/v1/cases': allow(STAFF, 'area', 'network', 'department'),
  'GET /api/v1/cases/counts': allow(STAFF, 'area', 'network', 'department'),
  'GET /api/v1/cases/export': allow(STAFF, 'area', 'network', 'department'),
  // An integration hands over the cases of its own system.
  'POST /api/v1/cases/import': allow(
    [...TECHNICAL, 'integration'],
    'area',
    'network',
    'department',
  ),
  'GET /api/v1/integrations': allowWholeCity(ADMINISTRATOR),
  'GET /api/v1/integrations/:accountId': allowWholeCity(ADMINISTRATOR),
  'PUT /api/v1/integrations/:accountId': allowWholeCity(ADMINISTRATOR),
  'DELETE /api/v1/integrations/:accountId': allowWholeCity(ADMINISTRATOR),
  // Whoever is to be known there shows a key where the standard has it, and reads its own requests.
  'GET /open311/v2/*': ANYONE,
  'POST /open311/v2/*': ANYONE,
  'GET /api/v1/cases/:id': allow(STAFF, 'area', 'network', 'department'),
  // Where inspectors are is for those who send them.
  'GET /api/v1/cases/:id/inspectors': allow(SUPERVISION_ROLES, 'area', 'network', 'department'),
  // Which role gives which command in which state the flow says, and with it the state the case is in.
  ...Object.fromEntries(
    CASE_COMMAND_NAMES.map((name) => [
      `POST /api/v1/cases/:id/${name}`,
      allow(STAFF, 'area', 'network', 'department'),
    ]),
  ),
  'POST /api/v1/reports': allow(['inspector', 'acceptor', 'duty-officer', 'integration']),
  // Until it is bound to a case only who uploaded an attachment sees it.
  'POST /api/v1/attachments': allow([...STAFF, 'integration']),
  'GET /api/v1/attachments/:id': allow(STAFF, 'area', 'network', 'department'),
  'GET /api/v1/attachments/:id/content': allow(STAFF, 'area', 'network', 'department'),
  'GET /api/v1/filing-conditions': allow(STAFF),
  'PUT /api/v1/filing-conditions/:kind/:condition/policy': allowWholeCity(TECHNICAL),
  'DELETE /api/v1/filing-conditions/:kind/:condition/policy': allowWholeCity(TECHNICAL),
  ...Object.fromEntries(
    ['area', 'department', 'class'].flatMap((subject) => [
      [`GET /api/v1/evaluation/${subject}`, allow(CITY_STAFF, 'area', 'network', 'department')],
      [
        `GET /api/v1/evaluation/${subject}/cases`,
        allow(CITY_STAFF, 'area', 'network', 'department'),
      ],
    ]),
  ),
  // How single people do is for those who lead them.
  'GET /api/v1/evaluation/post': allow(LEADING, 'area', 'network', 'department'),
  'GET /api/v1/evaluation/post/cases': allow(LEADING, 'area', 'network', 'department'),
  'GET /api/v1/evaluation/configuration': allow(CITY_STAFF),
  'GET /api/v1/evaluation/configuration/versions': allow(CITY_STAFF),
  'PUT /api/v1/evaluation/configuration': allowWholeCity(ADMINISTRATOR),
  'GET /api/v1/dispatch-rules': allow(CITY_STAFF),
  'PUT /api/v1/dispatch-rules': allowWholeCity(TECHNICAL),
  'DELETE /api/v1/dispatch-rules/:id': allowWholeCity(TECHNICAL),

  'GET /api/v1/rules': allow(TECHNICAL),
  'GET /api/v1/rules/:id': allow(TECHNICAL),
  'GET /api/v1/rules/:id/versions': allow(TECHNICAL),
  'GET /api/v1/rules/:id/versions/:version': allow(TECHNICAL),
  'POST /api/v1/rules/check': allow(ENGINEER),
  'GET /api/v1/rule-language': allow(TECHNICAL),
  'GET /api/v1/rules/:id/tests': allow(TECHNICAL),
  'PUT /api/v1/rules/:id/tests': allowWholeCity(ENGINEER),
  'POST /api/v1/rules/test': allow(ENGINEER),
  // A rule finds things everywhere, and what is noted of its changes names devices and places.
  'GET /api/v1/rules/:id/changes': allowWholeCity(TECHNICAL),
  'PUT /api/v1/rules/:id': allowWholeCity(ENGINEER),
  'POST /api/v1/rules/:id/rollback': allowWholeCity(ENGINEER),
  'POST /api/v1/rules/:id/enable': allowWholeCity(ENGINEER),
  'POST /api/v1/rules/:id/disable': allowWholeCity(ENGINEER),
  'GET /api/v1/rules/:id/overrides': allow(TECHNICAL, 'area', 'network'),
  'PUT /api/v1/rules/:id/overrides': allow(ENGINEER, 'area', 'network'),
  'DELETE /api/v1/rules/:id/overrides': allow(ENGINEER, 'area', 'network'),
  'GET /api/v1/rules/:id/effective': allow(TECHNICAL, 'area', 'network'),

  'POST /api/v1/backtests': allow(ENGINEER, 'area', 'network'),
  'GET /api/v1/backtests': allow(ENGINEER, 'area', 'network'),
  'GET /api/v1/backtests/:id': allow(ENGINEER, 'area', 'network'),
  'DELETE /api/v1/backtests/:id': allow(ENGINEER, 'area', 'network'),
  'GET /api/v1/backtests/:id/episodes': allow(ENGINEER, 'area', 'network'),
}

/** Who may use a route; undefined when the table does not say. HEAD is GET without its answer. */
export function accessTo(
  method: string,
  url: string,
  table: Readonly<Record<string, Access>> = ACCESS,
): Access | undefined {
  const name = `${method === 'HEAD' ? 'GET' : method} ${url}`
  const exact = table[name]
  if (exact !== undefined) return exact
  return Object.entries(table).find(
    ([entry]) => entry.endsWith('/*') && name.startsWith(entry.slice(0, -1)),
  )?.[1]
}
