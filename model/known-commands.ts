import { findKind } from './kinds.ts'
import type { Bilingual } from './text.ts'

/** What one may say with a command. */
export interface CommandParam {
  readonly name: string
  readonly type: 'integer' | 'text'
  readonly title: Bilingual
  /** Of a text: of its length in characters. */
  readonly min: number
  readonly max: number
  readonly default: number | string
  /** UCUM; empty where there is none. */
  readonly unit: string
}

/** A command that Wanmi has a word for. Whether a device knows it too, the device answers. */
export interface KnownCommand {
  readonly name: string
  readonly title: Bilingual
  /** What will happen at the device. */
  readonly effect: Bilingual
  /** The device is away for a while, or measures otherwise from then on. */
  readonly isGrave: boolean
  readonly params: readonly CommandParam[]
}

const REPORT_NOW: KnownCommand = {
  name: 'report-now',
  title: { en: 'report now', zh: '立即上报' },
  effect: {
    en: 'The device measures and reports at once, apart from its interval.',
    zh: '设备立即采集并上报一次读数，上报间隔不变。',
  },
  isGrave: false,
  params: [],
}

const SET_INTERVAL: KnownCommand = {
  name: 'set-interval',
  title: { en: 'set the reporting interval', zh: '设置上报间隔' },
  effect: {
    en: 'The device reports at this interval from then on. A short one empties its battery sooner; silence is still counted by the interval it is registered with.',
    zh: '设备今后按此间隔上报。间隔越短，电池消耗越快；离线判断仍按登记的上报间隔计算。',
  },
  isGrave: true,
  params: [
    {
      name: 'interval_s',
      type: 'integer',
      title: { en: 'interval', zh: '间隔' },
      min: 10,
      max: 86_400,
      default: 3_600,
      unit: 's',
    },
  ],
}

const BLINK: KnownCommand = {
  name: 'blink',
  title: { en: 'blink', zh: '闪灯识别' },
  effect: {
    en: 'The device blinks for so long, so that somebody beside it finds it.',
    zh: '设备指示灯闪烁，便于现场人员找到该设备。',
  },
  isGrave: false,
  params: [
    {
      name: 'duration_s',
      type: 'integer',
      title: { en: 'duration', zh: '时长' },
      min: 5,
      max: 600,
      default: 60,
      unit: 's',
    },
  ],
}

const RESTART: KnownCommand = {
  name: 'restart',
  title: { en: 'restart', zh: '重启设备' },
  effect: {
    en: 'The device goes off and starts again. It measures nothing meanwhile.',
    zh: '设备将断开并重新启动，期间不采集数据。',
  },
  isGrave: true,
  params: [],
}

const SHOW_MESSAGE: KnownCommand = {
  name: 'show-message',
  title: { en: 'show a message', zh: '显示消息' },
  effect: {
    en: 'Whoever carries the terminal reads this.',
    zh: '消息将显示在终端上，由携带人员查看。',
  },
  isGrave: false,
  params: [
    {
      name: 'text',
      type: 'text',
      title: { en: 'message', zh: '消息内容' },
      min: 1,
      max: 200,
      default: '',
      unit: '',
    },
  ],
}

/** What can be said to devices of a kind. */
export function commandsOf(kindName: string): readonly KnownCommand[] {
  const kind = findKind(kindName)
  if (!kind) return []
  if (kind.carried) return [REPORT_NOW, SHOW_MESSAGE, SET_INTERVAL]
  return [REPORT_NOW, ...(kind.mobile ? [] : [BLINK]), SET_INTERVAL, RESTART]
}

export interface ArgumentFault {
  readonly name: string
  readonly why: 'unknown' | 'no-integer' | 'no-text' | 'too-small' | 'too-large'
  /** Null where it is of none that is known. */
  readonly param: CommandParam | null
}

/**
 * What is wrong with what is said with a command; nothing of a command without a word here. What is left
 * out is left to the device.
 */
export function argumentFaults(
  kindName: string,
  command: string,
  args: Readonly<Record<string, unknown>>,
): readonly ArgumentFault[] {
  const known = commandsOf(kindName).find(({ name }) => name === command)
  if (!known) return []
  return Object.entries(args).flatMap(([name, value]): ArgumentFault[] => {
    const param = known.params.find((each) => each.name === name) ?? null
    const why = param === null ? 'unknown' : faultOf(param, value)
    return why === null ? [] : [{ name, why, param }]
  })
}

function faultOf({ type, min, max }: CommandParam, value: unknown): ArgumentFault['why'] | null {
  if (type === 'text' && typeof value !== 'string') return 'no-text'
  if (type === 'integer' && !Number.isSafeInteger(value)) return 'no-integer'
  const size = typeof value === 'string' ? value.length : (value as number)
  if (size < min) return 'too-small'
  return size > max ? 'too-large' : null
}
