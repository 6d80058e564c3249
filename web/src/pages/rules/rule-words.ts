import type { Bilingual } from '#model/text.ts'

/** What each part of a rule document means, by its path. */
export const RULE_WORDS: Readonly<Record<string, Bilingual>> = {
  id: {
    en: 'Name of the rule, for ever: small letters, digits, hyphens.',
    zh: '规则编号，发布后不再改变：小写字母、数字和连字符。',
  },
  kind: {
    en: 'Kind of device, a list of kinds, or any.',
    zh: '适用的设备类型，可为列表，或 any（全部类型）。',
  },
  title: { en: 'What is wrong, in both languages.', zh: '异常名称，中英文都要写。' },
  source: {
    en: 'Where the marks come from; `our default` where no norm says.',
    zh: '阈值依据：标准或文件；没有依据时写 our default（本系统默认）。',
  },
  phenomenon: {
    en: 'One open case per object and phenomenon; the id where absent.',
    zh: '现象。同一对象的同一现象只立一件未结案件；不写时为规则编号。',
  },
  where: {
    en: 'For which devices; every part that is given must fit.',
    zh: '适用范围：写出的每一项都须符合。',
  },
  'where.device': { en: 'Id of the device.', zh: '设备编号。' },
  'where.group': { en: 'Group of the device.', zh: '设备分组。' },
  'where.district': { en: 'Six digits.', zh: '区划编码，6 位，须加引号。' },
  'where.grid': {
    en: '15 digits a unit grid, 12 a community, 9 a street.',
    zh: '单元网格 15 位、社区 12 位、街道 9 位，须加引号。',
  },
  'where.partClass': {
    en: 'Four digits: major and minor class of its part.',
    zh: '部件大类加小类，4 位，须加引号。',
  },
  'where.attributes': { en: 'Attributes of the device by name.', zh: '按名称筛选设备属性。' },
  params: {
    en: 'Values that a city may set otherwise, used as params.NAME.',
    zh: '参数：各市可另行设置的值，条件中写作 params.名称。',
  },
  'params.*.default': {
    en: 'Value where nothing else is set; null: unknown.',
    zh: '默认值；null 表示未知，须另行设置。',
  },
  'params.*.unit': { en: 'UCUM, as of the channels.', zh: '单位，写法与监测项一致（UCUM）。' },
  'params.*.type': {
    en: 'number, or text that names an area.',
    zh: 'number 数值，或 text（区域编号）。',
  },
  'params.*.title': { en: 'Name in both languages.', zh: '参数名称，中英文。' },
  'params.*.min': { en: 'Least value that may be set.', zh: '可设最小值。' },
  'params.*.max': { en: 'Greatest value that may be set.', zh: '可设最大值。' },
  schedule: { en: 'Outside of it nothing is wrong.', zh: '时段：时段之外不判定异常。' },
  when: {
    en: 'Wrong: a condition over the channels of the kind.',
    zh: '异常条件：对设备各监测项的判断。',
  },
  silent: {
    en: 'In place of `when`: nothing came for `3 intervals`, or `2h`.',
    zh: '代替 when：多久没有数据算失联，如 3 intervals（3 个上报周期）或 2h。',
  },
  hold: { en: 'For so long before it means anything.', zh: '持续时间：条件须持续多久才算告警。' },
  gap: {
    en: 'Longest silence across which it is taken as still true.',
    zh: '允许的最长数据间断，间断内视为仍然成立。',
  },
  clear: {
    en: 'Right again; the opposite of `when` where absent.',
    zh: '解除条件；不写时为 when 的反面。',
  },
  clearHold: { en: 'For so long before it is over.', zh: '解除条件须持续多久才算解除。' },
  cooldown: {
    en: 'For so long after an episode no other begins.',
    zh: '冷却时间：告警过程结束后多久内不再开始新的。',
  },
  verify: {
    en: 'Readings that stay good for so long prove that it was put right.',
    zh: '数据持续正常多久，可证明已处置到位。',
  },
  severity: {
    en: 'How bad it is, unless a level says otherwise.',
    zh: '等级，另有 levels 时以其为准。',
  },
  levels: {
    en: 'Other severities while a condition is true.',
    zh: '分级：条件成立时改为相应等级。',
  },
  'levels.when': { en: 'While this is true.', zh: '成立时采用该等级。' },
  'levels.severity': { en: 'The severity then.', zh: '相应等级。' },
  outcome: { en: 'Which case an episode leads to, or none.', zh: '结果：立什么案件，或不立案。' },
  'outcome.case': { en: 'part, event, or none.', zh: 'part 部件、event 事件、none 不立案。' },
  'outcome.condition': {
    en: 'A filing condition of the catalogue.',
    zh: '立案条件（立案结案标准中的条目）。',
  },
  'outcome.class': {
    en: 'Used when the class of the object has no such condition.',
    zh: '对象自身类别没有该立案条件时采用的类别，4 位，须加引号。',
  },
  neighbours: {
    en: 'Only where so many near each other find it.',
    zh: '聚集判定：邻近多台设备同时异常才算。',
  },
  'neighbours.atLeast': { en: 'How many devices.', zh: '至少几台设备。' },
  'neighbours.within_m': { en: 'How near, in metres.', zh: '相邻距离，米。' },
  'neighbours.sameGrid': {
    en: 'In one unit grid, in place of metres.',
    zh: '以同一单元网格代替距离。',
  },
  'neighbours.during': {
    en: 'For so long after its clearing a device still counts.',
    zh: '设备解除后仍计入多久。',
  },
  mass: {
    en: 'When many fall silent at once it is one event.',
    zh: '大面积失联：许多设备同时失联合并为一件。',
  },
  'mass.of': { en: 'Among which devices.', zh: '以什么范围计算。' },
  'mass.share': { en: 'Share of the devices, 0 to 1.', zh: '占比，0 至 1。' },
  'mass.atLeast': { en: 'And no fewer than.', zh: '且不少于几台。' },
  'mass.during': { en: 'Within which their last readings lie.', zh: '最后数据相距不超过多久。' },
}

/** Functions of a condition. */
export const FUNCTION_WORDS: Readonly<Record<string, Bilingual & { readonly form: string }>> = {
  delta: {
    form: "delta(CHANNEL) · delta(CHANNEL, '10m')",
    en: 'Change since the last reading, or over a window.',
    zh: '与上一条数据之差，或窗口内的变化量。',
  },
  min: { form: "min(CHANNEL, '10m')", en: 'Least value in the window.', zh: '窗口内最小值。' },
  max: { form: "max(CHANNEL, '10m')", en: 'Greatest value in the window.', zh: '窗口内最大值。' },
  mean: { form: "mean(CHANNEL, '10m')", en: 'Mean of the window.', zh: '窗口内平均值。' },
  rate: {
    form: "rate(CHANNEL, '10m')",
    en: 'Change over the window, in an hour.',
    zh: '窗口内变化率，每小时。',
  },
  count: {
    form: "count(CONDITION, '1h')",
    en: 'At how many readings of the window the condition was true.',
    zh: '窗口内条件成立的数据条数。',
  },
  has: {
    form: 'has(params.NAME)',
    en: 'Whether the parameter has a value at the device.',
    zh: '该设备是否设有此参数。',
  },
  inside: { form: 'inside(AREA)', en: 'The device is inside the area.', zh: '设备在区域内。' },
  outside: { form: 'outside(AREA)', en: 'The device is outside the area.', zh: '设备在区域外。' },
  enters: { form: 'enters(AREA)', en: 'It came in at this fix.', zh: '本次定位进入区域。' },
  leaves: { form: 'leaves(AREA)', en: 'It left at this fix.', zh: '本次定位离开区域。' },
  crosses: {
    form: 'crosses(AREA)',
    en: 'It came through between two fixes, or across a line.',
    zh: '两次定位之间穿过区域或跨线。',
  },
  dwells: {
    form: "dwells(AREA, '30m')",
    en: 'It has been inside for so long.',
    zh: '在区域内停留达到该时长。',
  },
  corridor: {
    form: 'corridor(LINE, 40)',
    en: 'Within so many metres of a line.',
    zh: '距线路不超过若干米。',
  },
}

export const AHEAD_WORDS: Bilingual = {
  en: 'By how much the clock of the device was ahead of ours, s.',
  zh: '设备时钟快了多少，秒。',
}
