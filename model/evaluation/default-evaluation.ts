import type {
  CountSum,
  EvaluationConfiguration,
  EvaluationRate,
  ScorePart,
} from './evaluation-configuration.ts'
import type { CountName } from './evaluation-count.ts'

const sum = (...plus: CountName[]): CountSum => ({ plus, minus: [] })
const less = (from: CountName, what: CountName): CountSum => ({ plus: [from], minus: [what] })

const rate = (
  key: string,
  en: string,
  zh: string,
  numerator: CountSum,
  denominator: EvaluationRate['denominator'],
  parked: EvaluationRate['parked'] = 'counted',
): EvaluationRate => ({ key, title: { en, zh }, numerator, denominator, parked })

const part = (key: string, weight: number, complement = false): ScorePart => ({
  rate: key,
  weight,
  complement,
})

/**
 * How is evaluated where a city has decided nothing: rates, weights of area and posts and bands as
 * they are in practice. Ours are the weights of departments, that there is no score of classes, and
 * what volume is measured against.
 */
export const DEFAULT_EVALUATION: EvaluationConfiguration = {
  due: 'deadline',
  parkedCases: 'now',
  publicSources: ['hotline', 'outside'],
  missedSources: ['hotline', 'outside', 'leader'],
  withoutValue: 'leave-out',
  rates: [
    rate('validReports', 'valid reports', '有效上报率', sum('accepted'), sum('reports')),
    rate('publicReports', 'public reports', '公众举报率', sum('publicReports'), sum('reports')),
    rate('recurring', 'recurring', '重复发案率', sum('recurring'), sum('reports')),
    rate('filed', 'filed', '立案率', sum('reportsFiled'), sum('reports')),
    rate('filedOnTime', 'filed on time', '按时立案率', sum('filedOnTime'), sum('filed')),
    rate('filedRightly', 'filed rightly', '准确立案率', less('filed', 'voided'), sum('filed')),
    rate(
      'dispatchedOnTime',
      'dispatched on time',
      '按时派遣率',
      sum('dispatchedOnTime'),
      sum('toDispatch'),
    ),
    rate(
      'dispatchedRightly',
      'dispatched rightly',
      '准确派遣率',
      less('toDispatch', 'returned'),
      sum('toDispatch'),
    ),
    rate('handled', 'handled', '处置率', sum('handled'), sum('due'), 'left-out'),
    rate(
      'handledOnTime',
      'handled on time',
      '按期处置率',
      sum('handledOnTime'),
      sum('due'),
      'left-out',
    ),
    rate('overdue', 'overdue', '超期率', sum('overdue'), sum('due'), 'left-out'),
    rate('rework', 'rework', '返工率', sum('reworked'), sum('handled')),
    rate('closed', 'closed', '结案率', sum('closed'), sum('dueToClose'), 'left-out'),
    rate(
      'closedOnTime',
      'closed on time',
      '按期结案率',
      sum('closedOnTime'),
      sum('dueToClose'),
      'left-out',
    ),
    rate('missed', 'missed', '漏报率', sum('missed'), sum('reports', 'missed')),
    rate(
      'preVerifiedOnTime',
      'pre-verified on time',
      '按时核实率',
      sum('preVerifiedOnTime'),
      sum('preVerifications'),
    ),
    rate(
      'postCheckedOnTime',
      'post-checked on time',
      '按时核查率',
      sum('postCheckedOnTime'),
      sum('postChecks'),
    ),
    rate('volume', 'volume', '工作量', sum('volume'), { peers: 'greatest' }),
    rate(
      'verificationsSentOnTime',
      'verifications sent on time',
      '按时发核实率',
      sum('verificationsSentOnTime'),
      sum('verificationsSent'),
    ),
    rate(
      'checksSentOnTime',
      'checks sent on time',
      '按时发核查率',
      sum('checksSentOnTime'),
      sum('checksSent'),
    ),
    rate(
      'closingsOnTime',
      'closings on time',
      '按时办理结案率',
      sum('closingsOnTime'),
      sum('closings'),
    ),
    rate(
      'dispatchesOnTime',
      'dispatches on time',
      '按时派遣率',
      sum('dispatchesOnTime'),
      sum('volume'),
    ),
    rate(
      'dispatchesRightly',
      'dispatches right',
      '准确派遣率',
      less('volume', 'dispatchesReturned'),
      sum('volume'),
    ),
  ],
  subjects: {
    area: {
      rates: [
        'validReports',
        'publicReports',
        'recurring',
        'filed',
        'filedOnTime',
        'filedRightly',
        'dispatchedOnTime',
        'dispatchedRightly',
        'handled',
        'handledOnTime',
        'overdue',
        'rework',
        'closed',
        'closedOnTime',
      ],
      score: [
        part('publicReports', 10),
        part('filed', 20),
        part('closed', 30),
        part('closedOnTime', 40),
      ],
    },
    department: {
      rates: ['handled', 'handledOnTime', 'overdue', 'rework', 'closed', 'closedOnTime'],
      score: [part('handled', 30), part('handledOnTime', 50), part('rework', 20, true)],
    },
    class: {
      rates: [
        'validReports',
        'publicReports',
        'recurring',
        'filed',
        'handled',
        'handledOnTime',
        'overdue',
        'rework',
        'closed',
        'closedOnTime',
      ],
      score: [],
    },
    inspector: {
      rates: ['validReports', 'missed', 'preVerifiedOnTime', 'postCheckedOnTime'],
      score: [
        part('validReports', 40),
        part('missed', 20, true),
        part('preVerifiedOnTime', 20),
        part('postCheckedOnTime', 20),
      ],
    },
    acceptor: {
      rates: ['volume', 'verificationsSentOnTime', 'checksSentOnTime'],
      score: [
        part('volume', 25),
        part('verificationsSentOnTime', 40),
        part('checksSentOnTime', 35),
      ],
    },
    'duty-officer': {
      rates: ['filedOnTime', 'filedRightly', 'closingsOnTime'],
      score: [part('filedOnTime', 25), part('filedRightly', 40), part('closingsOnTime', 35)],
    },
    dispatcher: {
      rates: ['volume', 'dispatchesOnTime', 'dispatchesRightly'],
      score: [part('volume', 20), part('dispatchesOnTime', 40), part('dispatchesRightly', 40)],
    },
  },
  bands: [
    { band: 'A', from: 90 },
    { band: 'B', from: 75 },
    { band: 'C', from: 60 },
    { band: 'D', from: 40 },
    { band: 'E', from: 0 },
  ],
}
