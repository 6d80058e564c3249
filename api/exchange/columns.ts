import { type CaseDuty, type CaseSource } from '#model/case.ts'
import { DUTY_TITLES, KIND_TITLES, SEVERITY_TITLES, SOURCE_TITLES } from '#model/case-names.ts'
import { CASE_STATES, type CaseState, STATE_FACTS } from '#model/case-state.ts'
import { OUTSIDE_SYSTEM_PATTERN } from '#model/outside-case.ts'
import type { Severity } from '#model/rule.ts'
import type { Bilingual } from '#model/text.ts'
import {
  type CellType,
  codeType,
  countType,
  degreesType,
  flagType,
  instantType,
  namesType,
  nameType,
  textType,
} from './cell-types.ts'

/** A column of an exchange file: its name in JSON lines is the key, in a spreadsheet the title. */
export interface Column<Value> {
  readonly title: string
  /** What other platforms call it. */
  readonly aliases: readonly string[]
  readonly type: CellType<Value>
}

const column = <Value>(
  title: string,
  type: CellType<Value>,
  ...aliases: readonly string[]
): Column<Value> => ({ title, type, aliases })

const SOURCES: Readonly<Record<string, CaseSource>> = {
  传感器: 'device',
  物联感知: 'device',
  监督员: 'inspector',
  采集员上报: 'inspector',
  信息采集员: 'inspector',
  值班员: 'operator',
  坐席上报: 'operator',
  '12345热线': 'hotline',
  热线: 'hotline',
  公众举报: 'hotline',
  群众举报: 'hotline',
  市民举报: 'hotline',
  电话举报: 'hotline',
  视频: 'video',
  视频上报: 'video',
  视频巡查: 'video',
  其他: 'outside',
  外部系统: 'outside',
  领导批示: 'leader',
}

const SEVERITIES: Readonly<Record<string, Severity>> = {
  普通: 'warning',
  正常: 'warning',
  较大: 'warning',
  重大: 'critical',
  严重: 'critical',
  特急: 'critical',
}

const STATES: Readonly<Record<string, CaseState>> = {
  已结案: 'closed',
  已作废: 'voided',
  已挂账: 'parked',
  处理中: 'handling',
  待处理: 'dispatched',
}

const stateTitles = Object.fromEntries(
  CASE_STATES.map((state) => [state, STATE_FACTS[state].title]),
) as Record<CaseState, Bilingual>

const name = textType(200)
const number = codeType(/^\S{1,64}$/, 'at most 64 characters without blanks')
const digits = (count: number) => codeType(new RegExp(`^\\d{${count}}$`), `${count} digits`)
const twoDigits = codeType(/^\d{2}$/, 'two digits', 2)
const duty = nameType<CaseDuty>(DUTY_TITLES)

/** Every column of an exchange file, in the order in which they are written. */
export const COLUMNS = {
  taskNumber: column('任务号', number, '任务编号', '案件编号', '案卷编号', '案卷号'),
  ownNumber: column('平台案号', digits(19)),
  system: column(
    '来源系统',
    codeType(new RegExp(OUTSIDE_SYSTEM_PATTERN, 'u'), 'the name of a system'),
  ),
  reportedNumber: column('外部编号', textType(64)),
  state: column('案件状态', nameType<CaseState>(stateTitles, STATES)),
  vendorStage: column('阶段编号', codeType(/^[1-9]$/, 'a stage from 1 to 9')),
  source: column('问题来源', nameType<CaseSource>(SOURCE_TITLES, SOURCES), '案件来源'),
  kind: column(
    '案件类别',
    nameType(KIND_TITLES, { 部件类: 'part', 事件类: 'event' }),
    '问题类型',
    '案件类型',
  ),
  edition: column('分类标准', textType(64)),
  majorCode: column('大类代码', twoDigits),
  majorName: column('大类', name, '大类名称'),
  minorCode: column('小类代码', twoDigits),
  minorName: column('小类', name, '小类名称'),
  condition: column('立案条件代码', textType(64)),
  conditionTitle: column('立案条件', textType(500)),
  title: column('案件标题', textType(500)),
  description: column('问题描述', textType(10_000), '案件描述'),
  severity: column('案件级别', nameType<Severity>(SEVERITY_TITLES, SEVERITIES), '案件等级'),
  address: column('地址描述', textType(500), '事发地址', '位置描述'),
  lon_deg: column('X坐标', degreesType, '经度'),
  lat_deg: column('Y坐标', degreesType, '纬度'),
  district: column('区代码', digits(6), '区编码'),
  districtName: column('区', name, '所属区', '区县'),
  street: column('街道', name, '所属街道'),
  community: column('社区', name, '所属社区'),
  gridCode: column('单元网格', digits(15), '单元网格编码', '万米单元网格'),
  dutyGrid: column('责任网格', name),
  partId: column('部件编码', digits(16), '部件标识码', '部件代码'),
  department: column('主管部门', name),
  reportedAt: column('上报时间', instantType),
  reporter: column('上报人', name),
  acceptedAt: column('受理时间', instantType),
  acceptor: column('受理人', name, '受理员'),
  preVerifiedAt: column('核实时间', instantType),
  preVerifier: column('核实人', name),
  filedAt: column('立案时间', instantType),
  filer: column('立案人', name),
  dispatchedAt: column('派遣时间', instantType),
  dispatcher: column('派遣人', name, '派遣员'),
  handlingDepartment: column('处置部门', name, '处理部门'),
  post: column('处置岗位', name),
  handler: column('处置人', name, '处理人'),
  startedAt: column('处置开始时间', instantType),
  fedBackAt: column('处置结束时间', instantType),
  handleDeadlineAt: column('处置截止时间', instantType),
  originalDeadlineAt: column('原处置截止时间', instantType),
  opinion: column('处置意见', textType(10_000), '处理意见'),
  checkedAt: column('核查时间', instantType),
  checker: column('核查人', name),
  closedAt: column('结案时间', instantType),
  closer: column('结案人', name),
  caseDeadlineAt: column('结案截止时间', instantType),
  parkedUntil: column('挂账截止时间', instantType),
  isLate: column('是否超期', flagType),
  lateDuties: column('超期环节', namesType(duty)),
  isExtended: column('是否延期', flagType),
  extensions: column('延期次数', countType),
  isReworked: column('是否返工', flagType),
  reworks: column('返工次数', countType),
  isReturned: column('是否回退', flagType),
  returns: column('回退次数', countType),
  isParked: column('是否挂账', flagType),
  parkings: column('挂账次数', countType),
  isUrged: column('是否督办', flagType),
  urgings: column('督办次数', countType),
  isUrgent: column('是否紧急', flagType),
  isKey: column('是否重点', flagType),
  masterNumber: column('并入任务号', number),
  updatedAt: column('更新时间', instantType),
} as const

export type ColumnKey = keyof typeof COLUMNS
export const COLUMN_KEYS = Object.keys(COLUMNS) as readonly ColumnKey[]

type ValueOf<Key extends ColumnKey> =
  (typeof COLUMNS)[Key] extends Column<infer Value> ? Value : never

/** One case of an exchange file. What it does not say is null. */
export type ExchangeRow = { readonly [Key in ColumnKey]: ValueOf<Key> | null }

/** Without them nothing can be made of a row. */
export const REQUIRED_COLUMNS = ['taskNumber', 'kind', 'reportedAt'] as const

/** The same column with its type widened, for those who go through all of them. */
export const columnOf = (key: ColumnKey): Column<unknown> => COLUMNS[key]
