import type { ServerResponse } from 'node:http'
import type { App } from './app.ts'

/** Tells of sessions and tokens that ended, or stand for something else now. */
export interface EndOfIdentities {
  onEnded(listener: (credentialIds: readonly string[]) => void): () => void
}

/**
 * Breaks off answers that are still being sent, such as the live feed, when the session or token they
 * rest on ends or may see something else. Who may still see it asks again.
 */
export function cutOpenAnswers(app: App, identities: EndOfIdentities): void {
  const open = new Map<string, Set<ServerResponse>>()

  app.addHook('onRequest', async (request, reply) => {
    const id = request.identity?.credentialId
    if (request.method !== 'GET' || id === null || id === undefined) return Promise.resolve()
    const { raw } = reply
    const answers = open.get(id) ?? new Set()
    open.set(id, answers.add(raw))
    raw.once('close', () => {
      answers.delete(raw)
      if (answers.size === 0) open.delete(id)
    })
    return Promise.resolve()
  })

  const stop = identities.onEnded((ids) => {
    for (const id of ids) {
      for (const answer of open.get(id) ?? []) if (answer.headersSent) answer.destroy()
    }
  })
  app.addHook('onClose', async () => Promise.resolve(stop()))
}
