import createClient from 'openapi-fetch'
import type { paths } from './schema.d.ts'

/** The HTTP API as it is: for the session itself, which nothing can ask for anew. */
export const bareApi = createClient<paths>({ baseUrl: window.location.origin })
