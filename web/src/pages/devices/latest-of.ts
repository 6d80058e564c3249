import { api } from '#web/src/api/client.ts'
import { answerOf } from '#web/src/api/problem.ts'
import type { components } from '#web/src/api/schema.d.ts'

export interface Latest {
  /** Null: it has not reported yet. */
  readonly reading: components['schemas']['Reading'] | null
}

/** The newest reading of a device. That it has none is no failure. */
export async function latestOf(id: string, signal: AbortSignal): Promise<Latest> {
  const { data, error, response } = await api.GET('/api/v1/devices/{id}/latest', {
    params: { path: { id } },
    signal,
  })
  if (response.status === 404) return { reading: null }
  return { reading: await answerOf(Promise.resolve({ data, error, response })) }
}
