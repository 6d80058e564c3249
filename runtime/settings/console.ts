import { choice, optionalText, text } from '#runtime/setting.ts'

/** Coordinate systems of base maps that are used in China. */
export const MAP_SYSTEMS = ['wgs84', 'gcj02', 'bd09'] as const

/** What the console in the browser shows of the city. */
export const CONSOLE_SETTINGS = {
  title: text('CITY_TITLE', '万米城市管理', 'What the console calls itself.'),
  mapStyleUrl: optionalText(
    'MAP_STYLE_URL',
    'Address of a MapLibre style that is the base map of the console.',
    {
      consequence:
        'Unset, MAP_TILE_URL counts; without both the map draws what Wanmi knows of the city.',
    },
  ),
  mapTileUrl: optionalText(
    'MAP_TILE_URL',
    'Address of raster tiles with {z}, {x} and {y}, such as those of Tianditu or of a tile server of the city.',
  ),
  mapSystem: choice(
    'MAP_TILE_SYSTEM',
    'wgs84',
    MAP_SYSTEMS,
    'Coordinate system of the base map. What the console draws is shifted to it; nothing that is stored is.',
  ),
  mapAttribution: optionalText(
    'MAP_ATTRIBUTION',
    'Whose map it is, as its licence wants it shown.',
  ),
} as const
