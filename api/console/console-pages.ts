import { readFile } from 'node:fs/promises'
import staticFiles from '@fastify/static'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '#api/app.ts'
import type { ConsoleConfig } from './console-routes.ts'
import { originsOf } from './map-origins.ts'

/** Addresses that are never a page: what is not there is answered with a problem document. */
const NO_PAGE = /^\/(?:api|open311|health|metrics|assets)(?:\/|$)/

const UNBUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Wanmi</title>
<body style="font: 16px/1.6 system-ui; max-width: 40em; margin: 4em auto">
<h1>The console is not built</h1>
<p>This service runs and serves its API (<a href="/api/docs">/api/docs</a>). To have the console too, run
<code>npm run build</code> in the folder of Wanmi and start the service again.</p>
<p lang="zh">服务已启动，接口可用。要使用管理界面，请在 Wanmi 目录下运行 <code>npm run build</code> 后重新启动服务。</p>`

/** The page of the console as it is sent to a browser. */
export interface ConsolePage {
  readonly folder: string
  /** Whether a browser asks for a page at an address at which nothing else stands. */
  readonly isAt: (request: FastifyRequest) => boolean
  readonly send: (reply: FastifyReply) => FastifyReply
}

/** Reads the page of the console from the folder it was built into. */
export async function readConsolePage(folder: string, config: ConsoleConfig): Promise<ConsolePage> {
  const policy = contentPolicy(config)
  const page = await readFile(`${folder}/index.html`, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return UNBUILT
    throw error
  })
  const send = (reply: FastifyReply): FastifyReply =>
    reply
      .header('content-security-policy', policy)
      .header('cache-control', 'no-cache')
      .type('text/html; charset=utf-8')
      .send(page)
  return {
    folder,
    send,
    isAt: ({ method, url, headers, routeOptions }) =>
      routeOptions.url === undefined &&
      method === 'GET' &&
      !NO_PAGE.test(url) &&
      (headers.accept?.includes('text/html') ?? false),
  }
}

/** Serves the page at `/` and what it is made of. */
export async function consolePages(app: App, page: ConsolePage): Promise<void> {
  await app.register(staticFiles, {
    root: page.folder,
    serve: false,
    preCompressed: true,
    cacheControl: false,
  })
  app.get('/', { schema: { hide: true } }, (_request, reply) => page.send(reply))
  app.get('/favicon.svg', { schema: { hide: true } }, (_request, reply) =>
    reply.header('cache-control', 'max-age=86400').sendFile('favicon.svg'),
  )
  // A browser looks at each visit whether it is another; where it may reach, its address says.
  app.get('/phone-worker.js', { schema: { hide: true } }, (_request, reply) =>
    reply.header('cache-control', 'no-cache').sendFile('phone-worker.js'),
  )
  // Their names hold a hash of what is in them.
  app.get<{ Params: { '*': string } }>('/assets/*', { schema: { hide: true } }, (request, reply) =>
    reply
      .header('cache-control', 'max-age=31536000, immutable')
      .sendFile(`assets/${request.params['*']}`),
  )
}

/** City networks are closed: nothing comes from elsewhere but the base map, where one is set. */
function contentPolicy({ mapStyleUrl, mapTileUrl }: ConsoleConfig): string {
  const maps = originsOf([mapStyleUrl, mapTileUrl])
  const from = (...sources: readonly string[]): string => [...sources, ...maps].join(' ')
  return [
    "default-src 'self'",
    // Element Plus and MapLibre set styles on elements.
    "style-src 'self' 'unsafe-inline'",
    `img-src ${from("'self'", 'data:', 'blob:')}`,
    `connect-src ${from("'self'")}`,
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'self'",
  ].join('; ')
}
