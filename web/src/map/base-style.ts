import type { StyleSpecification } from 'maplibre-gl'
import { consoleConfiguration } from '#web/src/shared/console-configuration.ts'
import { themeColour } from '#web/src/theme/theme.ts'

/** The base map: the style or tiles of the city, else an empty ground on which the city is drawn. */
export function baseStyle(): StyleSpecification | string {
  const { styleUrl, tileUrl, attribution } = consoleConfiguration.value.map
  if (styleUrl !== null) return styleUrl
  const ground: StyleSpecification = {
    version: 8,
    sources: {},
    layers: [
      {
        id: 'ground',
        type: 'background',
        paint: { 'background-color': themeColour('ground') },
      },
    ],
  }
  if (tileUrl === null) return ground
  return {
    ...ground,
    sources: {
      tiles: {
        type: 'raster',
        tiles: [tileUrl],
        tileSize: 256,
        ...(attribution === null ? {} : { attribution }),
      },
    },
    layers: [...ground.layers, { id: 'tiles', type: 'raster', source: 'tiles' }],
  }
}
