import type { ServerResponse } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { principalOf } from '#api/authentication.ts'
import { boxParameter, readBox } from '#api/box.ts'
import { mayUse, requireAccess } from '#api/guard.ts'
import type { LiveHub, LookAgain } from '#api/live/live-hub.ts'
import type { LiveSink } from '#api/live/live-viewer.ts'
import { answers, asMedia } from '#api/schemas/shared.ts'
import { messageOf, Rejected } from '#model/error.ts'

/** After a lost connection a browser waits this long. */
const RETRY_MS = 3_000

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // Some proxies would hold events back until they have a page of them.
  'x-accel-buffering': 'no',
}

export function liveRoutes(app: App, hub: LiveHub): void {
  app.get('/api/v1/live', {
    schema: {
      tags: ['live'],
      operationId: 'watch',
      summary: 'Watch committed readings and cases as server-sent events',
      description: `Events \`reading\` and \`case\`, each with one JSON document, as a rule four times a
second. Of devices that are named every reading comes, and every event of a case; a viewer that cannot
keep up gets the newest of each instead, after an event \`skipped\` that says how many it did not get.
Of what is in the box the newest reading of each device comes, with the place of its newest fix: how
often goes by how fast the viewer reads and how busy Wanmi is. What leaves the box is told once from
outside of it. What there is when watching begins is what \`/api/v1/device-states\` answers after that.
Whoever is signed out, or may see less than before, is cut off or told less within seconds.`,
      querystring: Type.Object(
        {
          bbox: boxParameter,
          device: Type.Optional(
            Type.String({ maxLength: 7_000, description: 'Ids of devices, separated by commas.' }),
          ),
          cases: Type.Boolean({
            default: false,
            description: 'Cases as well; alone, all cases and no readings.',
          }),
        },
        { additionalProperties: false },
      ),
      response: answers(200, asMedia(Type.String(), ['text/event-stream'])),
    },
    handler: (request, reply) => {
      const { bbox, device, cases } = request.query
      const principal = principalOf(request)
      if (cases) requireAccess(CASES, principal)
      const devices = device === undefined ? undefined : new Set(device.split(','))
      const filter = { box: readBox(bbox), devices, cases, scope: principal.scope }
      if (filter.box === undefined && devices === undefined && !cases) {
        throw new Rejected('invalid-input', 'say what to watch: bbox, device or cases=true')
      }
      const again = lookAgain(app, request, cases ? [LIVE, CASES] : [LIVE])
      const stop = hub.watch(filter, sinkOf(reply.raw), again)
      reply.hijack()
      reply.raw.on('close', stop)
      // What a slow viewer lets pass is judged by us and not by the idle time of its socket.
      reply.raw.socket?.setTimeout(0)
      reply.raw.writeHead(200, HEADERS)
      reply.raw.write(`retry: ${RETRY_MS}\n\n`)
    },
  })
}

const LIVE = 'GET /api/v1/live'
const CASES = 'GET /api/v1/cases'

/** By the credentials the viewer came with: they may have ended, or stand for less than they did. */
const lookAgain =
  (app: App, request: FastifyRequest, routes: readonly string[]): LookAgain =>
  async () => {
    try {
      const principal = await app.identify(request)
      const may = principal !== null && routes.every((route) => mayUse(route, principal))
      return may ? principal.scope : null
    } catch (error) {
      // It connects again, and is asked who it is.
      request.log.warn({ reason: messageOf(error) }, 'a live viewer is let go unrecognised')
      return null
    }
  }

const sinkOf = (response: ServerResponse): LiveSink => ({
  // Handed to the system at once: what it takes there is most of a turn, and would otherwise come after it.
  write(bytes) {
    const { socket } = response
    socket?.cork()
    const hasRoom = response.write(bytes)
    socket?.uncork()
    return hasRoom
  },
  onDrain: (resume) => void response.on('drain', resume),
  end(now) {
    if (now) response.destroy()
    else response.end()
  },
})
