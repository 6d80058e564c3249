import { reactive, watch } from 'vue'
import { consoleConfiguration } from '#web/src/shared/console-configuration.ts'

export const GROUND_PARTS = ['streets', 'pipes', 'parts', 'areas'] as const
export type GroundPart = (typeof GROUND_PARTS)[number]
export type GroundSwitches = Record<GroundPart, boolean>

const KEY = 'wanmi.map-layers'

/** A base map has its own streets. */
function usual(): GroundSwitches {
  const { styleUrl, tileUrl } = consoleConfiguration.value.map
  return { streets: styleUrl === null && tileUrl === null, pipes: true, parts: true, areas: false }
}

function kept(): Partial<GroundSwitches> {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}')
    return typeof found === 'object' && found !== null ? found : {}
  } catch (error) {
    // Not as it was written here.
    if (error instanceof SyntaxError) return {}
    throw error
  }
}

let switches: GroundSwitches | undefined

/** What the ground of every map with a legend shows, as this browser chose it. */
export function groundSwitches(): GroundSwitches {
  if (switches) return switches
  const made = reactive({ ...usual(), ...kept() })
  watch(made, (now) => localStorage.setItem(KEY, JSON.stringify(now)))
  switches = made
  return made
}

/** Of a map on which nobody can switch: streets to find one's way, and nothing over what it shows. */
export const streetsAlone = (): GroundSwitches =>
  reactive({ ...usual(), pipes: false, parts: false, areas: false })
