import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { CityCalendar } from '#model/city-calendar.ts'
import { type EpochMs, epochMs } from '#model/time.ts'
import { CHINESE_CALENDAR } from '#model/work-calendar.ts'
import { dateIn, missingYearWarning, unknownYears } from '#runtime/watch-calendar.ts'
import { type Finding, type Findings, fault, ok, warning } from './finding.ts'

const run = promisify(execFile)
/** No clock that is right says less. */
const THIS_PROGRAM_IS_OF = epochMs(Date.UTC(2026, 0, 1))

/** Whether the clock is looked after, the zone is one, and the holidays of the year to come are known. */
export async function checkClock(
  timeZone: string,
  now: EpochMs,
  calendar: CityCalendar | null,
): Promise<Findings> {
  if (!isZone(timeZone)) {
    return [
      await synchronised(now),
      fault(
        'CITY_TIME_ZONE',
        `${timeZone} is no time zone: use a name such as Asia/Shanghai.`,
        `${timeZone} 不是有效时区：请使用如 Asia/Shanghai 的名称。`,
      ),
    ]
  }
  const zone = ok(
    'CITY_TIME_ZONE',
    `The zone of the city is ${timeZone}.`,
    `城市时区为 ${timeZone}。`,
  )
  return [await synchronised(now), zone, ...holidays(timeZone, now, calendar)]
}

function isZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

async function synchronised(now: EpochMs): Promise<Finding> {
  if (now < THIS_PROGRAM_IS_OF) {
    return fault(
      'clock',
      `The clock says ${new Date(now).toISOString()}, which cannot be: set it, best by NTP.`,
      `本机时间为 ${new Date(now).toISOString()}，显然有误：请校时，最好使用 NTP。`,
    )
  }
  const said = await timedate()
  if (said === undefined) {
    return ok(
      'clock',
      'Whether NTP sets the clock cannot be told here.',
      '无法获知本机是否由 NTP 校时。',
    )
  }
  return said
    ? ok('clock', 'NTP sets the clock.', '本机由 NTP 校时。')
    : warning(
        'clock',
        'NTP does not set the clock: readings of devices will seem to come from the future or the past. Turn it on.',
        '本机未由 NTP 校时：设备数据的时间会显得超前或滞后。请启用 NTP。',
      )
}

/** Undefined where systemd is not there to say. */
async function timedate(): Promise<boolean | undefined> {
  try {
    const { stdout } = await run('timedatectl', ['show', '--property=NTPSynchronized', '--value'], {
      timeout: 3_000,
    })
    const word = stdout.trim()
    return word === '' ? undefined : word === 'yes'
  } catch {
    return undefined
  }
}

function holidays(timeZone: string, now: EpochMs, calendar: CityCalendar | null): Findings {
  const { calendar: known } = calendar ?? { calendar: CHINESE_CALENDAR }
  const years = unknownYears(known, dateIn(timeZone, now))
  if (years.length === 0) {
    const text = ['The holidays that should be known are.', '应知的节假日均已录入。'] as const
    return [ok('work calendar', ...text)]
  }
  return years.map((year) =>
    warning(
      'work calendar',
      `${missingYearWarning(year).en}. Import the notice of that year.`.replace(/^n/, 'N'),
      `尚未录入 ${year} 年节假日，仅按周末休息计算。请导入该年度放假安排。`,
    ),
  )
}
