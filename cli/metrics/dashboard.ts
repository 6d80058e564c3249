import { type KnownMetric, namesIn, ownMetrics } from './known-metrics.ts'
import { ofJob, type Panel, perSecond, quantile, type Row } from './panel.ts'
import { ROWS } from './panels.ts'

const WIDTH = 24
const PER_LINE = 3
const HEIGHT = 8
const SOURCE = { type: 'prometheus', uid: '${source}' }

/** The dashboard for Grafana, of the rows in `panels.ts` and whatever they leave out. */
export function dashboard(): object {
  const panels: object[] = []
  let y = 0
  for (const { title, panels: shown } of allRows()) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { h: 1, w: WIDTH, x: 0, y },
      panels: [],
    })
    y += 1
    for (const [index, panel] of shown.entries()) {
      const width = WIDTH / PER_LINE
      const x = (index % PER_LINE) * width
      const top = y + Math.floor(index / PER_LINE) * HEIGHT
      panels.push(panelOf(panel, panels.length + 1, { h: HEIGHT, w: width, x, y: top }))
    }
    y += Math.ceil(shown.length / PER_LINE) * HEIGHT
  }
  return {
    uid: 'wanmi',
    title: 'Wanmi',
    tags: ['wanmi'],
    schemaVersion: 39,
    editable: true,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: { list: [sourceVariable, jobVariable] },
    annotations: { list: [] },
    panels,
  }
}

const sourceVariable = {
  name: 'source',
  label: 'Prometheus',
  type: 'datasource',
  query: 'prometheus',
}
const jobVariable = {
  name: 'job',
  label: 'Job',
  type: 'query',
  datasource: SOURCE,
  query: 'label_values(wanmi_rules_in_force, job)',
  refresh: 1,
}

const panelOf = ({ title, unit, description, queries }: Panel, id: number, gridPos: object) => ({
  id,
  type: 'timeseries',
  title,
  description,
  datasource: SOURCE,
  gridPos,
  fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
  options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
  targets: queries.map(({ expr, legend }, index) => ({
    refId: String.fromCharCode('A'.charCodeAt(0) + index),
    datasource: SOURCE,
    expr: ofJob(expr),
    legendFormat: legend,
  })),
})

/** With a last row of what no panel names. */
function allRows(): readonly Row[] {
  const shown = new Set(
    ROWS.flatMap(({ panels }) => panels).flatMap(({ queries }) =>
      queries.flatMap(({ expr }) => namesIn(expr)),
    ),
  )
  const others = ownMetrics().filter(({ name }) => !shown.has(name))
  return others.length === 0 ? ROWS : [...ROWS, { title: 'Others', panels: others.map(plainPanel) }]
}

function plainPanel({ name, type, help, labels }: KnownMetric): Panel {
  const by = labels.join(', ')
  const legend = labels.map((label) => `{{${label}}}`).join(' ') || name
  const shown = { title: name, description: `${help}.` }
  if (type === 'histogram') {
    return {
      ...shown,
      unit: name.includes('_seconds') ? 's' : 'short',
      queries: [quantile(0.95, name)],
    }
  }
  if (type === 'counter') return { ...shown, unit: 'ops', queries: [perSecond(name, legend, by)] }
  const expr = by === '' ? `sum(${name})` : `sum by (${by}) (${name})`
  const unit = name.includes('_bytes') ? 'bytes' : name.includes('_seconds') ? 's' : 'short'
  return { ...shown, unit, queries: [{ expr, legend }] }
}
