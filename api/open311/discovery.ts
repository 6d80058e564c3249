import type { Open311 } from './open311-routes.ts'

/** When the list of services last became another one: whoever keeps a copy fetches it anew. */
const CHANGESET = '2026-11-25T00:00:00Z'

/** Where the door is and how to come by a key. */
export function showDiscovery({ contact, publicUrl }: Open311['config'], asAsked: string) {
  const base = (publicUrl ?? asAsked).replace(/\/+$/, '')
  return {
    changeset: CHANGESET,
    contact,
    key_service: `An administrator of Wanmi makes an account of the role integration and a token for it. ${contact}`,
    endpoints: [
      {
        specification: 'http://wiki.open311.org/GeoReport_v2',
        url: `${base}/open311/v2`,
        changeset: CHANGESET,
        type: 'production',
        formats: ['text/xml', 'application/json'],
      },
    ],
  }
}
