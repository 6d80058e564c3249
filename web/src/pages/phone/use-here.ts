import { ref, shallowRef } from 'vue'
import type { LonLat } from '#web/src/map/shift.ts'

const PATIENCE_MS = 15_000
/** A place that was found so short ago is still one's own. */
const FRESH_MS = 20_000

/** Why a phone does not say where it is. */
export type HereFault = 'noLocating' | 'notSecure' | 'locateFailed'

export interface Here {
  readonly place: LonLat
  readonly accuracy_m: number
}

/** Where this phone is, asked for only when somebody wants to know it. */
export function useHere() {
  const here = shallowRef<Here | null>(null)
  const fault = ref<HereFault | null>(null)
  const isAsking = ref(false)

  async function ask(): Promise<Here | null> {
    isAsking.value = true
    try {
      here.value = await locate()
      fault.value = null
    } catch (error) {
      fault.value = faultOf(error)
      here.value = null
    } finally {
      isAsking.value = false
    }
    return here.value
  }

  /** Only where it was allowed before, so that nobody is asked for nothing. */
  async function askIfAllowed(): Promise<void> {
    const permission = await navigator.permissions
      ?.query({ name: 'geolocation' })
      .catch(() => undefined)
    if (permission?.state === 'granted') await ask()
  }
  return { here, fault, isAsking, ask, askIfAllowed }
}

function locate(): Promise<Here> {
  return new Promise((resolve, reject) => {
    // Where it is not there at all, TypeScript does not know.
    if (!('geolocation' in navigator)) throw new Error('this browser has no place')
    navigator.geolocation.getCurrentPosition(
      ({ coords }) =>
        resolve({ place: [coords.longitude, coords.latitude], accuracy_m: coords.accuracy }),
      reject,
      { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: FRESH_MS },
    )
  })
}

function faultOf(error: unknown): HereFault {
  if (!window.isSecureContext) return 'notSecure'
  const { code } = error as { readonly code?: number }
  return code === 1 || code === undefined ? 'noLocating' : 'locateFailed'
}

const EARTH_M = 6_371_000

/** Metres between two places, along the ground. */
export function metresApart([lon1, lat1]: LonLat, [lon2, lat2]: LonLat): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180
  const [north, east] = [radians(lat2 - lat1) / 2, radians(lon2 - lon1) / 2]
  const chord =
    Math.sin(north) ** 2 + Math.cos(radians(lat1)) * Math.cos(radians(lat2)) * Math.sin(east) ** 2
  return 2 * EARTH_M * Math.asin(Math.sqrt(chord))
}
