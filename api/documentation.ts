import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { App } from './app.ts'
import { NOTICE_OPERATIONS } from './schemas/notice-view.ts'
import { tidyDocument } from './tidy-document.ts'

const DESCRIPTION = `Everything but \`/health\` and signing in needs a bearer token, or the cookie of a session;
a change with the cookie needs the header \`x-csrf-token\` too, which \`GET /api/v1/session\` tells.
Lists answer \`{items, next}\`; give \`next\` as \`after\` to read on. Instants are RFC 3339, units are
in the names. What goes wrong is a problem document (RFC 9457) with a stable \`code\`.`

/** Collects the routes that are added after it into an OpenAPI 3.1 document. */
export async function documentRoutes(app: App): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Wanmi', version: '1', description: DESCRIPTION },
      servers: [{ url: '/' }],
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer' },
          session: { type: 'apiKey', in: 'cookie', name: 'wanmi_session' },
          device: { type: 'http', scheme: 'basic', description: 'Id and secret of a device.' },
        },
      },
      security: [{ token: [] }, { session: [] }],
    },
    refResolver: {
      buildLocalReference: (json, _base, _fragment, index) =>
        typeof json.$id === 'string' ? json.$id : `schema-${index}`,
    },
    transformObject: (made) =>
      'openapiObject' in made
        ? tidyDocument({ ...made.openapiObject, webhooks: NOTICE_OPERATIONS })
        : made.swaggerObject,
  })
  app.get('/api/openapi.json', {
    schema: { hide: true },
    handler: async (_request, reply) => reply.send(app.swagger()),
  })
}

/** The pages for a browser, with every asset served from here. */
export async function serveDocumentation(app: App): Promise<void> {
  await app.register(swaggerUi, {
    routePrefix: '/api/docs',
    uiConfig: { validatorUrl: null, deepLinking: true, docExpansion: 'none' },
    theme: { title: 'Wanmi API' },
  })
}
