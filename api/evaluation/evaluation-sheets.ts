import type { EvaluatedRow, Evaluation } from '#model/evaluation/evaluation.ts'
import type {
  CountSum,
  EvaluationConfiguration,
  EvaluationRate,
} from '#model/evaluation/evaluation-configuration.ts'
import { countsOf, EVALUATION_COUNTS } from '#model/evaluation/evaluation-count.ts'
import { SUBJECT_TITLES } from '#model/evaluation/evaluation-subject.ts'
import { type Figures, twoDecimals } from '#model/evaluation/figures.ts'
import type { EpochMs } from '#model/time.ts'

/** Texts, numbers and nothing. */
export type SheetCell = string | number | null

export interface EvaluationSheet {
  readonly name: string
  /** The first row is the header. */
  readonly rows: readonly (readonly SheetCell[])[]
}

const DUE_TITLES: Readonly<Record<EvaluationConfiguration['due'], string>> = {
  deadline: '截止时间在期内的案件',
  backlog: '截止时间在期内的案件，以及期初已超期未完成的案件',
  filed: '期内立案的案件',
}

const PARKED_TITLES: Readonly<Record<EvaluationConfiguration['parkedCases'], string>> = {
  now: '当前挂账的案件',
  ever: '当前挂账或曾经挂账的案件',
}

const LACK_TITLES: Readonly<Record<EvaluationConfiguration['withoutValue'], string>> = {
  'leave-out': '权重由其余指标按比例分担',
  'no-score': '不计得分',
}

/** The figures as a table with Chinese headers; rates in per cent, nothing where there is no value. */
export function resultSheet(evaluation: Evaluation): EvaluationSheet {
  const { subject, rows, total } = evaluation
  const counts = countsOf(subject)
  const rates = ratesOf(evaluation)
  const cells = ({ counts: counted, rates: figures, score, band }: Figures): SheetCell[] => [
    ...counts.map((name) => counted[name]?.all ?? 0),
    ...rates.map(({ key }) => inPerCent(figures[key]?.value ?? null)),
    score,
    band,
  ]
  const header = [
    '编码',
    '名称',
    ...counts.map((name) => EVALUATION_COUNTS[name].title.zh),
    ...rates.map(({ title }) => `${title.zh}(%)`),
    '得分',
    '等级',
  ]
  return {
    name: '评价结果',
    rows: [
      header,
      ...rows.map((row) => [row.key, titleOf(evaluation, row), ...cells(row)]),
      ...(total === null ? [] : [['合计', null, ...cells(total)]]),
    ],
  }
}

const inPerCent = (value: number | null): number | null =>
  value === null ? null : twoDecimals(value * 100)

function titleOf({ subject }: Evaluation, { key, title }: EvaluatedRow): string | null {
  if (title !== null) return title
  if (subject === 'class' && key === 'unclassed') return '未分类'
  return null
}

const ratesOf = ({ subject, configuration }: Evaluation): readonly EvaluationRate[] => {
  const { rates, subjects } = configuration.configuration
  return subjects[subject].rates.flatMap((key) => rates.filter((rate) => rate.key === key))
}

/** What each figure means. */
export function definitionSheet(evaluation: Evaluation): EvaluationSheet {
  const { subject, configuration } = evaluation
  const { subjects, bands, rates } = configuration.configuration
  const titleOfRate = (key: string): string =>
    rates.find((rate) => rate.key === key)?.title.zh ?? key
  return {
    name: '指标定义',
    rows: [
      ['类型', '名称', '代码', '定义'],
      ...countsOf(subject).map((name) => {
        const { title, meaning } = EVALUATION_COUNTS[name]
        return ['数量', title.zh, name, meaning.zh]
      }),
      ...ratesOf(evaluation).map((rate) => ['比率', rate.title.zh, rate.key, formulaOf(rate)]),
      ...subjects[subject].score.map(({ rate, weight, complement }) => [
        '得分',
        titleOfRate(rate),
        rate,
        `${complement ? '(1 − 比率)' : '比率'} × ${weight}`,
      ]),
      ...bands.map(({ band, from }) => ['等级', band, band, `得分不低于 ${from}`]),
    ],
  }
}

function formulaOf({ numerator, denominator, parked }: EvaluationRate): string {
  const below =
    'peers' in denominator
      ? `参评对象${denominator.peers === 'greatest' ? '最大值' : '平均值'}`
      : sumTitle(denominator)
  const note = parked === 'left-out' ? '（不计挂账案件）' : ''
  return `${sumTitle(numerator)} ÷ ${below}${note}`
}

function sumTitle({ plus, minus }: CountSum): string {
  const title = (name: CountSum['plus'][number]): string => EVALUATION_COUNTS[name].title.zh
  const text = [plus.map(title).join(' + '), ...minus.map(title)].join(' − ')
  return plus.length + minus.length === 1 ? text : `(${text})`
}

/** Of which period, by which rules, and of how much of the city. */
export function periodSheet(
  evaluation: Evaluation,
  wallClock: (at: EpochMs) => string,
): EvaluationSheet {
  const { subject, from, to, until, configuration, isBounded } = evaluation
  const { due, parkedCases, withoutValue } = configuration.configuration
  return {
    name: '统计周期',
    rows: [
      ['项目', '内容'],
      ['评价对象', SUBJECT_TITLES[subject].zh],
      ['起始时间', wallClock(from)],
      ['截止时间（不含）', wallClock(to)],
      ['统计至（不含）', wallClock(until)],
      ['评价配置版本', configuration.version],
      ['应处置、应结案口径', DUE_TITLES[due]],
      ['挂账案件口径', PARKED_TITLES[parkedCases]],
      ['指标无值时', LACK_TITLES[withoutValue]],
      ['数据范围', isBounded ? '账号可见范围内的案件' : '全市'],
    ],
  }
}
