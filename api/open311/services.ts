import { KIND_TITLES } from '#model/case-names.ts'
import {
  type CaseClass,
  classesOf,
  conditionsOf,
  DEFAULT_EDITION,
  type FilingCondition,
} from '#model/catalogue.ts'

type Kind = 'part' | 'event'

/** What can be asked for: a class of the city's catalogue, or a kind whose class nobody says yet. */
export interface Service {
  /** `P` or `E` with the four digits of the class; 0000 for none. */
  readonly code: string
  readonly kind: Kind
  /** Null: the class is to be told. */
  readonly class: CaseClass | null
  readonly conditions: readonly FilingCondition[]
}

const LETTERS: Readonly<Record<Kind, string>> = { part: 'P', event: 'E' }
const NO_CLASS = '0000'

/** The code of a class; null: of a kind alone. */
export const serviceCode = (kind: Kind, digits: string | null): string =>
  LETTERS[kind] + (digits ?? NO_CLASS)

const SERVICES: readonly Service[] = [
  ...classesOf(DEFAULT_EDITION).map((entry) => ({
    code: serviceCode(entry.kind, entry.major + entry.minor),
    kind: entry.kind,
    class: entry,
    conditions: conditionsOf(entry),
  })),
  ...(['part', 'event'] as const).map((kind) => ({
    code: serviceCode(kind, null),
    kind,
    class: null,
    conditions: [],
  })),
]

const byCode = new Map(SERVICES.map((service) => [service.code, service]))

export const allServices = (): readonly Service[] => SERVICES

export const findService = (code: string): Service | undefined => byCode.get(code)

export const serviceName = ({ kind, class: named }: Pick<Service, 'kind' | 'class'>): string =>
  named?.minorName ?? `${KIND_TITLES[kind].zh}问题（类别待定）`

const groupOf = ({ kind, class: named }: Service): string =>
  `${KIND_TITLES[kind].zh}：${named?.majorName ?? '类别待定'}`

export const showService = (service: Service) => ({
  service_code: service.code,
  service_name: serviceName(service),
  description: descriptionOf(service),
  metadata: true,
  type: 'realtime',
  keywords: keywordsOf(service).join(', '),
  group: groupOf(service),
})

function descriptionOf(service: Service): string {
  const about = `${groupOf(service)} / ${serviceName(service)}`
  if (service.conditions.length === 0) return about
  return `${about}（${service.conditions.map(({ title }) => title.zh).join('；')}）`
}

const keywordsOf = ({ kind, class: named, conditions }: Service): readonly string[] => [
  KIND_TITLES[kind].zh,
  KIND_TITLES[kind].en,
  ...(named ? [named.majorName, named.minorName] : []),
  ...conditions.map(({ title }) => title.zh),
]

const YES_NO = [
  { key: 'yes', name: '是 yes' },
  { key: 'no', name: '否 no' },
] as const

/** What may be told of a request beyond what the standard asks for. */
export function showDefinition({ code, conditions }: Service) {
  const condition = {
    code: 'condition',
    datatype: 'singlevaluelist',
    description: '立案条件 filing condition: what is wrong',
    datatype_description: '选择一项 choose one',
    values: conditions.map((each) => ({
      key: each.condition,
      name: `${each.title.zh} ${each.title.en}`,
    })),
  }
  const attributes = [
    ...(conditions.length > 0 ? [condition] : []),
    {
      code: 'urgent',
      datatype: 'singlevaluelist',
      description: '是否紧急 whether somebody is in danger',
      datatype_description: '选择一项 choose one',
      values: [...YES_NO],
    },
    {
      code: 'observed_at',
      datatype: 'datetime',
      description: '发现时间 when it was seen, if not now',
      datatype_description: '2026-11-23T08:00:00+08:00',
    },
  ]
  return {
    service_code: code,
    attributes: attributes.map(({ code: attribute, datatype, ...rest }, index) => ({
      variable: true,
      code: attribute,
      datatype,
      required: false,
      order: index + 1,
      ...rest,
    })),
  }
}

export const ATTRIBUTES = ['condition', 'urgent', 'observed_at'] as const
