import { LINE_CLASSES } from '#model/city-line.ts'
import { LINE_CLASS_TITLES } from '#model/city-line-names.ts'
import type { Bilingual } from '#model/text.ts'

/** What a file may be of. */
export const IMPORT_SORTS = ['devices', 'parts', 'grids', 'areas', 'lines'] as const
export type ImportSort = (typeof IMPORT_SORTS)[number]

export interface ImportColumn {
  readonly name: string
  readonly isNeeded: boolean
  readonly meaning: Bilingual
  /** As it stands in a file. */
  readonly example: string
}

const column = (
  name: string,
  [zh, en]: readonly [string, string],
  example: string,
  isNeeded = false,
): ImportColumn => ({ name, isNeeded, meaning: { zh, en }, example })

const PLACE = [
  column('lon_deg', ['经度，度', 'longitude, degrees'], '111.0030'),
  column('lat_deg', ['纬度，度', 'latitude, degrees'], '35.0240'),
]
const STRETCH = '{"type":"LineString","coordinates":[[111.00,35.02],[111.01,35.02]]}'
/** Every class by its name, as a file must have it. */
const LINE_CLASS_WORDS: readonly [string, string] = [
  LINE_CLASSES.map((each) => `${each} ${LINE_CLASS_TITLES[each].zh}`).join('、'),
  LINE_CLASSES.join(', '),
]
const SQUARE =
  '{"type":"Polygon","coordinates":[[[111.00,35.02],[111.01,35.02],[111.01,35.03],[111.00,35.03],[111.00,35.02]]]}'

/** The columns of a CSV of each sort, as the service takes them. */
export const IMPORT_COLUMNS: Readonly<Record<ImportSort, readonly ImportColumn[]>> = {
  devices: [
    column(
      'id',
      ['设备编号，即 MQTT 用户名', 'the device, its MQTT user name'],
      'cover-0001',
      true,
    ),
    column('kind', ['设备类型代码', 'kind of device'], 'manhole-cover', true),
    column('label', ['名称', 'a name people use'], '人民路1号井'),
    ...PLACE,
    column('address', ['地址', 'address'], '人民路12号'),
    column('partId', ['所在部件标识码，16 位', 'code of the part it sits on'], '1408020102000001'),
    column('group', ['分组（管网）', 'group or network'], '城区排水'),
    column(
      'attributes',
      ['属性，每个一列：attr.名称', 'free attributes, a column for each: attr.NAME'],
      '污水',
    ),
    column('coordinateSystem', ['坐标系：wgs84、gcj02、bd09', 'wgs84, gcj02 or bd09'], 'wgs84'),
    column('reportingInterval_s', ['上报间隔，秒', 'how often it reports, seconds'], '3600'),
    column('enabled', ['是否启用：是、否', 'yes or no'], '是'),
    column('secret', ['接入密钥，空则自动生成', 'its secret; generated where empty'], ''),
  ],
  parts: [
    column('id', ['部件标识码，16 位', 'part code, 16 digits'], '1408020102000001', true),
    column('name', ['部件名称', 'name'], '污水井盖', true),
    column('supervisingDepartment', ['主管单位', 'supervised by'], '城市管理局'),
    column('owningDepartment', ['权属单位', 'owned by'], '排水公司'),
    column('maintainingDepartment', ['养护单位', 'maintained by'], '市政处'),
    column('gridCode', ['单元网格编码，15 位', 'unit grid, 15 digits'], '140802001001001'),
    ...PLACE,
    column('address', ['地址', 'address'], '人民路12号'),
    column('note', ['备注', 'note'], ''),
    column(
      'state',
      [
        '状态：intact 完好、damaged 破损、missing 丢失、abandoned 废弃、removed 移除',
        'intact, damaged, missing, abandoned or removed',
      ],
      'intact',
    ),
  ],
  grids: [
    column('code', ['单元网格编码，15 位', 'unit grid, 15 digits'], '140802001001001', true),
    column('district', ['区（县）名称', 'district'], '盐湖区', true),
    column('street', ['街道名称', 'street'], '中城街道', true),
    column('community', ['社区名称', 'community'], '红旗社区', true),
    column('geometry', ['边界，GeoJSON 多边形', 'GeoJSON polygon'], SQUARE, true),
  ],
  areas: [
    column('id', ['区域代号，规则以此引用', 'the name rules give it'], 'old-town', true),
    column('title', ['名称，JSON', 'title, JSON'], '{"zh":"老城区","en":"old town"}', true),
    column('geometry', ['GeoJSON 多边形或线', 'GeoJSON polygon or line'], SQUARE, true),
  ],
  lines: [
    column('id', ['编号', 'its code'], 'WS-0001', true),
    column('class', LINE_CLASS_WORDS, 'sewer', true),
    column('name', ['名称', 'name'], '人民路污水干管'),
    column('diameter_mm', ['管径，毫米', 'diameter of a pipe, mm'], '600'),
    column('width_m', ['道路宽度，米', 'width of a street, m'], ''),
    column('material', ['材质', 'material'], '钢筋混凝土'),
    column('owningDepartment', ['权属单位', 'owned by'], '排水公司'),
    column('group', ['所属管网', 'the network it belongs to'], '城区排水'),
    column('geometry', ['GeoJSON 线', 'GeoJSON line'], STRETCH, true),
  ],
}

/** Where attributes come in columns of their own. */
export const titleOf = ({ name }: ImportColumn): string =>
  name === 'attributes' ? 'attr.medium' : name

/** A file to begin with: the header and one row. */
export const templateOf = (sort: ImportSort): string[][] => {
  const columns = IMPORT_COLUMNS[sort]
  return [columns.map(titleOf), columns.map(({ example }) => example)]
}
