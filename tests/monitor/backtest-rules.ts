import type { AreaGeometry } from '#model/area.ts'
import type { RuleOverride } from '#model/rule-override.ts'
import type { RuleInForce } from '#monitor/plans.ts'
import { parseRule } from '#rules/parse-rule.ts'

const rule = (id: string, body: string): RuleInForce => ({
  ...parseRule(`id: ${id}\ntitle: { en: ${id}, zh: ${id} }\nsource: a test\n${body}`, id),
  version: null,
})

const CASE = 'outcome: { case: part, condition: missing-or-displaced, class: "0102" }'
const NONE = 'severity: warning\noutcome: { case: none }'

/** Conditions at single devices, of every kind there is. */
export const SINGLE_RULES: readonly RuleInForce[] = [
  rule(
    'hysteresis',
    `kind: manhole-cover\nwhere: { group: north }\nwhen: tilt_deg > 15.0\nhold: 2m
clear: tilt_deg < 5.0\nclearHold: 3m\nseverity: warning\n${CASE}`,
  ),
  rule(
    'risen',
    `kind: manhole-cover\nwhen: delta(level_mm) > 50.0\nclear: delta(level_mm) <= 0.0\n${NONE}`,
  ),
  rule(
    'rising',
    `kind: manhole-cover
when: rate(level_mm, '20m') > 200.0 || max(level_mm, '30m') - min(level_mm, '10m') > 150.0
clear: delta(level_mm, '15m') <= 0.0 && count(tilt_deg > 20.0, '1h') < 30
clearHold: 4m\ncooldown: 20m\n${NONE}`,
  ),
  rule(
    'levels',
    `kind: manhole-cover\nwhen: level_mm > 80.0\ncooldown: 15m
levels: [{ when: level_mm > 120.0, severity: critical }, { when: tilt_deg > 25.0, severity: notice }]
${NONE}`,
  ),
  rule(
    'params',
    `kind: manhole-cover\nparams: { angle_deg: { default: 12.0, unit: deg } }
when: tilt_deg > params.angle_deg\nhold: 1m\n${NONE}`,
  ),
  rule(
    'hours',
    `kind: manhole-cover
schedule: { windows: [{ from: "08:50", to: "10:10" }, { from: "11:00", to: "13:30" }] }
when: lid_open\nclear: '!lid_open'\nclearHold: 2m\n${NONE}`,
  ),
  rule('ahead', `kind: any\nwhen: ahead_s > 100.0\nhold: 1m\n${NONE}`),
  rule('seldom', `kind: manhole-cover\nwhen: h2s_ppm > 10.0\nclear: h2s_ppm < 3.0\n${NONE}`),
  rule('silent', `kind: [manhole-cover, refuse-truck]\nsilent: 6 intervals\n${NONE}`),
  rule(
    'silent-by-day',
    `kind: any\nschedule: { windows: [{ from: "09:00", to: "11:00" }] }\nsilent: 5m\n${NONE}`,
  ),
  rule('within', `kind: refuse-truck\nwhen: inside('depot')\nhold: 1m\n${NONE}`),
  rule(
    'stays',
    `kind: refuse-truck\nparams: { area: { default: depot, type: text } }
when: dwells(params.area, '10m')\nclear: outside(params.area)\n${NONE}`,
  ),
  rule(
    'comes',
    `kind: refuse-truck\nwhen: enters('depot') || crosses('depot')
clear: leaves('depot') || outside('depot')\n${NONE}`,
  ),
  rule(
    'strays',
    `kind: refuse-truck\nwhen: '!corridor("road", 60.0) && speed_kmh > 2.0'\nhold: 1m
clear: corridor('road', 40.0)\n${NONE}`,
  ),
]

/** Rules about several devices. */
export const GROUP_RULES: readonly RuleInForce[] = [
  rule(
    'cluster',
    `kind: manhole-cover\nwhen: lid_open\nneighbours: { atLeast: 3, within_m: 30, during: 10m }
severity: critical\n${CASE}`,
  ),
  rule(
    'same-grid',
    `kind: manhole-cover\nwhen: tilt_deg > 15.0\nhold: 1m
neighbours: { atLeast: 3, sameGrid: true, during: 5m }\n${NONE}`,
  ),
  rule(
    'outage',
    `kind: manhole-cover\nsilent: 6 intervals
mass: { of: group, share: 0.4, atLeast: 3, during: 15m, title: { en: outage, zh: 断网 },
  phenomenon: outage, severity: critical, outcome: { case: none } }
severity: warning\n${CASE}`,
  ),
]

export const OVERRIDES: readonly RuleOverride[] = [
  { ruleId: 'params', param: 'angle_deg', scope: 'group', key: 'south', value: 28 },
  { ruleId: 'params', param: 'angle_deg', scope: 'device', key: 'cover-3', value: 5 },
]

export const AREAS: Readonly<Record<string, AreaGeometry>> = {
  depot: {
    type: 'Polygon',
    coordinates: [
      [
        [111, 35],
        [111.004, 35],
        [111.004, 35.004],
        [111, 35.004],
        [111, 35],
      ],
    ],
  },
  road: {
    type: 'LineString',
    coordinates: [
      [110.99, 35.002],
      [111.01, 35.002],
    ],
  },
}
