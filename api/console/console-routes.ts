import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { answers, nullable } from '#api/schemas/shared.ts'
import type { Config } from '#runtime/config.ts'

export type ConsoleConfig = Config['console']

const ConsoleView = Type.Object({
  title: Type.String({ description: 'What the console calls itself.' }),
  timeZone: Type.String({ description: 'In which instants are shown, such as `Asia/Shanghai`.' }),
  version: Type.String(),
  map: Type.Object({
    styleUrl: nullable(Type.String({ description: 'A MapLibre style.' })),
    tileUrl: nullable(Type.String({ description: 'Raster tiles with {z}, {x} and {y}.' })),
    system: Type.Union([Type.Literal('wgs84'), Type.Literal('gcj02'), Type.Literal('bd09')], {
      description: 'Of the base map: what is drawn over it has to be shifted.',
    }),
    attribution: nullable(Type.String()),
  }),
})

/** What the console has to know before anybody has signed in. */
export function consoleRoutes(
  app: App,
  config: ConsoleConfig,
  { timeZone, version }: { readonly timeZone: string; readonly version: string },
): void {
  const { title, mapStyleUrl: styleUrl, mapTileUrl: tileUrl } = config
  const map = { styleUrl, tileUrl, system: config.mapSystem, attribution: config.mapAttribution }
  app.get('/api/v1/console', {
    schema: {
      tags: ['session'],
      operationId: 'getConsole',
      summary: 'Tell what the console has to know of the city: its name, its zone, its base map',
      security: [],
      response: answers(200, ConsoleView),
    },
    handler: async () => Promise.resolve({ title, timeZone, version, map }),
  })
}
