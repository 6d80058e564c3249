import { at, type Example, plain } from './example.ts'

const DAY = 'from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z'
const deviceAt = (rest: string): Example => at((of) => `/api/v1/devices/${of.devices[0]}${rest}`)

/** Every route of channels over a span, and of the ways of things that move. */
export const TRACK_EXAMPLES: Readonly<Record<string, Example>> = {
  'GET /api/v1/devices/:id/series': deviceAt(
    '/series?channel=tilt_deg&from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z',
  ),
  'GET /api/v1/devices/:id/thresholds': deviceAt('/thresholds'),
  'GET /api/v1/devices/:id/aggregates': deviceAt(`/aggregates?${DAY}`),
  'GET /api/v1/devices/:id/track': deviceAt(`/track?${DAY}`),
  'GET /api/v1/devices/:id/readings': deviceAt('/readings'),
  'GET /api/v1/devices/:id/latest': deviceAt('/latest'),
  'GET /api/v1/vehicles': plain('/api/v1/vehicles'),
  'GET /api/v1/coverage': plain('/api/v1/coverage'),
}
