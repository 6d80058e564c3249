import { at, type Example, plain } from './example.ts'
import type { Town } from './two-districts.ts'

/** Of a time that is over, so that nothing of it moves while it is asked for. */
const OVER = 'from=2026-11-01T00:00:00Z&to=2026-11-25T00:00:00Z'
/** In the area of a town. */
const evaluated = (path: string, { grid }: Town): string =>
  `/api/v1/evaluation/${path}?${OVER}&within=${grid.code.slice(0, 6)}`

/** Every route of evaluation. */
export const EVALUATION_EXAMPLES: Readonly<Record<string, Example>> = {
  'GET /api/v1/evaluation/area': at((of) => evaluated('area', of)),
  'GET /api/v1/evaluation/area/cases': at((of) => `${evaluated('area/cases', of)}&count=reports`),
  'GET /api/v1/evaluation/department': plain(`/api/v1/evaluation/department?${OVER}`),
  'GET /api/v1/evaluation/department/cases': plain(
    `/api/v1/evaluation/department/cases?${OVER}&count=reports`,
  ),
  'GET /api/v1/evaluation/class': plain(`/api/v1/evaluation/class?${OVER}`),
  'GET /api/v1/evaluation/class/cases': plain(
    `/api/v1/evaluation/class/cases?${OVER}&count=reports`,
  ),
  'GET /api/v1/evaluation/post': plain(`/api/v1/evaluation/post?${OVER}&post=acceptor`),
  'GET /api/v1/evaluation/post/cases': plain(
    `/api/v1/evaluation/post/cases?${OVER}&post=acceptor&count=volume`,
  ),
  'GET /api/v1/evaluation/configuration': plain('/api/v1/evaluation/configuration'),
  'GET /api/v1/evaluation/configuration/versions': plain(
    '/api/v1/evaluation/configuration/versions',
  ),
  'PUT /api/v1/evaluation/configuration': plain('/api/v1/evaluation/configuration', () => ({})),
}
