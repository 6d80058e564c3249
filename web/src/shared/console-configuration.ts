import { shallowRef } from 'vue'
import { bareApi } from '#web/src/api/bare-client.ts'
import { answerOf } from '#web/src/api/problem.ts'
import type { paths } from '#web/src/api/schema.d.ts'

export type ConsoleConfiguration =
  paths['/api/v1/console']['get']['responses'][200]['content']['application/json']

/** What the service says of the city and its map. The same for everybody. */
export const consoleConfiguration = shallowRef<ConsoleConfiguration>({
  title: 'Wanmi',
  timeZone: 'Asia/Shanghai',
  version: '',
  map: { styleUrl: null, tileUrl: null, system: 'wgs84', attribution: null },
})

export async function loadConsoleConfiguration(): Promise<void> {
  consoleConfiguration.value = await answerOf(bareApi.GET('/api/v1/console'))
}
