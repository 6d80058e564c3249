import { stringify } from 'csv-stringify/sync'
import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { scopeOf } from '#api/guard.ts'
import { instantParameter, readInstant, readRange } from '#api/instant.ts'
import { BacktestView, FindingView, showBacktest, showFinding } from '#api/schemas/backtest-view.ts'
import { answers, asMedia, refTo, Uuid } from '#api/schemas/shared.ts'
import type { Backtest, PlacedFinding } from '#model/backtest.ts'
import { Rejected } from '#model/error.ts'
import type { Scope } from '#model/principal.ts'
import type { ParamValue } from '#model/rule.ts'
import type { DeviceSelector } from '#model/selector.ts'
import { DeviceSelectorDocument } from '#model/selector-document.ts'
import type { EpochMs } from '#model/time.ts'

type RuleSource = ({ readonly document: string } | { readonly ruleId: string }) & {
  readonly params?: Readonly<Record<string, ParamValue>>
}

/**
 * What these routes need of whoever tries rules. A trial is on devices within a scope; one that is about
 * more than a scope is not there.
 */
export interface Backtests {
  start(request: {
    readonly rule: RuleSource
    readonly against: RuleSource | null
    readonly where: DeviceSelector
    readonly from: EpochMs
    readonly to: EpochMs
    readonly within: Scope
  }): Backtest
  list(scope: Scope): readonly Backtest[]
  get(id: string, scope: Scope): Backtest
  findings(id: string, scope: Scope): readonly PlacedFinding[]
  cancel(id: string, scope: Scope): Promise<Backtest>
}

const tags = ['rules']
const Params = Type.Object({ id: Uuid })

const TriedParams = Type.Optional(
  Type.Record(
    Type.String({ maxLength: 64 }),
    Type.Union([Type.Number(), Type.String({ maxLength: 200 })]),
    {
      description: 'Values of its parameters to try, for every device, over all that are in force.',
    },
  ),
)
const RuleInput = Type.Union(
  [
    Type.Object(
      {
        document: Type.String({ minLength: 1, maxLength: 65_536, description: 'The YAML.' }),
        params: TriedParams,
      },
      { additionalProperties: false },
    ),
    Type.Object(
      { ruleId: Type.String({ minLength: 1, maxLength: 64 }), params: TriedParams },
      { additionalProperties: false },
    ),
  ],
  { description: 'A rule by its document, or the one in force by its id.' },
)
const When = Type.String({ maxLength: 40, description: 'RFC 3339 with a zone.' })

const NewBacktest = Type.Object(
  {
    rule: RuleInput,
    against: Type.Optional(RuleInput),
    from: When,
    to: When,
    where: Type.Optional(DeviceSelectorDocument),
  },
  { additionalProperties: false },
)

const CSV = 'text/csv'
const NDJSON = 'application/x-ndjson'

export function backtestRoutes(app: App, backtests: Backtests): void {
  app.addSchema(BacktestView)
  app.addSchema(FindingView)

  app.post('/api/v1/backtests', {
    schema: {
      tags,
      operationId: 'startBacktest',
      summary: 'Try a rule on stored readings, by itself or beside another version',
      description:
        'It is put in line and runs out of the way of what is live; ask for it again to see how ' +
        'far it got. Trials do not outlive a restart; the last twenty that are over are kept.',
      body: NewBacktest,
      response: answers(202, refTo(BacktestView)),
    },
    handler: async (request, reply) => {
      const { body } = request
      const from = readInstant('from', body.from)
      const to = readInstant('to', body.to)
      if (from === undefined || to === undefined) {
        throw new Rejected('invalid-input', 'from and to are needed')
      }
      const { rule, against = null, where = {} } = body
      const started = backtests.start({ rule, against, where, from, to, within: scopeOf(request) })
      return reply.code(202).send(showBacktest(started))
    },
  })

  app.get('/api/v1/backtests', {
    schema: {
      tags,
      operationId: 'listBacktests',
      summary: 'List trials of rules, the newest first',
      response: answers(200, Type.Object({ items: Type.Array(refTo(BacktestView)) })),
    },
    handler: async (request) => ({ items: backtests.list(scopeOf(request)).map(showBacktest) }),
  })

  app.get('/api/v1/backtests/:id', {
    schema: {
      tags,
      operationId: 'getBacktest',
      summary: 'Show a trial: how far it got, or its report',
      params: Params,
      response: answers(200, refTo(BacktestView)),
    },
    handler: async (request) => showBacktest(backtests.get(request.params.id, scopeOf(request))),
  })

  app.delete('/api/v1/backtests/:id', {
    schema: {
      tags,
      operationId: 'cancelBacktest',
      summary: 'Cancel a trial that waits or runs',
      params: Params,
      response: answers(200, refTo(BacktestView)),
    },
    handler: async (request) =>
      showBacktest(await backtests.cancel(request.params.id, scopeOf(request))),
  })

  app.get('/api/v1/backtests/:id/episodes', {
    schema: {
      tags,
      operationId: 'listBacktestEpisodes',
      summary: 'Read what a trial found, by device and time',
      description: `JSON by pages; with \`Accept: ${CSV}\` or \`${NDJSON}\` all of it.`,
      params: Params,
      querystring: Type.Object(
        {
          limit: Type.Integer({ minimum: 1, maximum: 10_000, default: 1_000 }),
          offset: Type.Integer({ minimum: 0, default: 0 }),
          difference: Type.Optional(Type.Enum(['appeared', 'vanished', 'changed', 'same'])),
          from: instantParameter('Confirmed at or after.'),
          to: instantParameter('Confirmed before.'),
        },
        { additionalProperties: false },
      ),
      response: answers(
        200,
        asMedia(Type.Object({ items: Type.Array(refTo(FindingView)), total: Type.Integer() }), [
          'application/json',
          CSV,
          NDJSON,
        ]),
      ),
    },
    handler: async (request, reply) => {
      const { params, query, headers } = request
      const { limit, offset, difference } = query
      const { from = -Infinity, to = Infinity } = readRange(query)
      const found = backtests
        .findings(params.id, scopeOf(request))
        .filter((finding) => difference === undefined || finding.difference === difference)
        .filter(({ confirmedAt }) => confirmedAt >= from && confirmedAt < to)
      const accept = headers.accept ?? ''
      if (accept.includes(CSV)) {
        const text = stringify(found.map(csvRow), { header: true, columns: CSV_COLUMNS })
        return reply.type(`${CSV}; charset=utf-8`).send(text as never)
      }
      if (accept.includes('ndjson')) {
        const text = found.map((finding) => `${JSON.stringify(showFinding(finding))}\n`).join('')
        return reply.type(`${NDJSON}; charset=utf-8`).send(text as never)
      }
      return { items: found.slice(offset, offset + limit).map(showFinding), total: found.length }
    },
  })
}

/** Lists in one field: `cover-1 cover-2`, `warning 2026-11-23T08:00:00.000Z; critical …`. */
function csvRow(finding: PlacedFinding) {
  const shown = showFinding(finding)
  return {
    ...shown,
    devices: shown.devices.join(' '),
    grades: shown.grades.map(({ severity, at }) => `${severity} ${at}`).join('; '),
  }
}

const CSV_COLUMNS = Object.keys(FindingView.properties)
