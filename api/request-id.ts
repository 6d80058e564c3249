import type { IncomingMessage } from 'node:http'
import { v7 as uuidv7 } from 'uuid'
import type { App } from './app.ts'

const HEADER = 'x-request-id'
/** What may stand in a log as it came. */
const SOUND = /^[\w.:-]{1,64}$/

/** The id of a request: that of whoever asks, a proxy as a rule, or one of our own. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers[HEADER]
  return typeof given === 'string' && SOUND.test(given) ? given : uuidv7()
}

/** Answers with the id under which the log knows the request. */
export function tellRequestId(app: App): void {
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header(HEADER, request.id)
    done()
  })
}
