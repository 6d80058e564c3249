import { flag } from '#model/channel.ts'
import type { DeviceKind } from '#model/kind.ts'
import { seconds } from '#model/time.ts'
import { battery, fix } from './shared-channels.ts'

/** The GPS terminal an inspector carries (城管通). */
export const patrolTerminal: DeviceKind = {
  name: 'patrol-terminal',
  title: { en: 'patrol terminal', zh: '城管通' },
  mobile: true,
  carried: true,
  reportingInterval: seconds(30),
  channels: [
    ...fix,
    flag('on_duty', { en: 'on duty', zh: '在岗' }),
    flag('sos', { en: 'call for help', zh: '紧急求助' }),
    battery,
  ],
}
