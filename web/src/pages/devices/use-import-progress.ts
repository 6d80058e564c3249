import { onScopeDispose, readonly, shallowRef } from 'vue'
import { api } from '#web/src/api/client.ts'
import { answerOf, Problem } from '#web/src/api/problem.ts'
import type { components } from '#web/src/api/schema.d.ts'

export type ImportProgress = components['schemas']['ImportProgress']

const EVERY_MS = 1_000

/** Another one each time; a UUID is to be had by browsers over https alone. */
export const nameOfImport = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')

/** How far the service is with a file that is being sent to it, asked for each second. */
export function useImportProgress() {
  const progress = shallowRef<ImportProgress | null>(null)
  let following: string | null = null
  let timer: number | undefined

  async function ask(id: string): Promise<void> {
    try {
      const params = { path: { id } }
      const found = await answerOf(api.GET('/api/v1/imports/{id}', { params }))
      if (following === id) progress.value = found
    } catch (error) {
      // The file itself goes on, and its own answer says what is wrong: here nothing is told meanwhile.
      if (!(error instanceof Problem)) throw error
      if (following === id) progress.value = null
    }
    if (following === id) timer = window.setTimeout(() => void ask(id), EVERY_MS)
  }

  /** Follows an import by its name, or none any more. */
  function follow(id: string | null): void {
    window.clearTimeout(timer)
    following = id
    progress.value = null
    if (id !== null) timer = window.setTimeout(() => void ask(id), EVERY_MS)
  }

  onScopeDispose(() => follow(null))
  return { progress: readonly(progress), follow }
}
