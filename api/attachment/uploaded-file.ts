import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { principalOf } from '#api/authentication.ts'
import { instantParameter, readInstant } from '#api/instant.ts'
import type { Uploader } from '#model/attachment.ts'
import { Rejected } from '#model/error.ts'
import { patrolTerminal } from '#model/kinds/patrol-terminal.ts'
import { type CoordinateSystem, type Place, placeFault, toWgs84 } from '#model/place.ts'
import { isStorable } from '#model/storable.ts'
import type { EpochMs } from '#model/time.ts'

export const UploadQuery = Type.Object(
  {
    name: Type.Optional(
      Type.String({ maxLength: 255, description: 'What the file is called; folders are cut off.' }),
    ),
    shotAt: instantParameter('When it was shot.'),
    lon_deg: Type.Optional(
      Type.Number({
        description:
          'Where it was shot: WGS-84, from a terminal in the coordinate system of the terminal.',
      }),
    ),
    lat_deg: Type.Optional(Type.Number()),
  },
  { additionalProperties: false },
)
export type UploadQuery = Static<typeof UploadQuery>

/** What a sender says of a file, its bytes not yet seen. */
export interface UploadedFile {
  readonly contentType: string | undefined
  /** How long it will be, where the sender says so beforehand. */
  readonly size_bytes: number | undefined
  readonly originalName: string | null
  readonly uploadedBy: Uploader
  readonly shotAt: EpochMs | null
  readonly place: Place | null
}

/**
 * Reads what stands in the head and the address of an upload.
 *
 * @throws Rejected('invalid-input', 'forbidden')
 */
export function uploadedFile(request: FastifyRequest, query: UploadQuery): UploadedFile {
  const { headers } = request
  return {
    contentType: headers['content-type'],
    size_bytes: Number(headers['content-length'] ?? Number.NaN) || undefined,
    originalName: nameOf(query.name),
    uploadedBy: uploaderOf(request),
    shotAt: readInstant('shotAt', query.shotAt) ?? null,
    place: placeOf(query, request.device?.coordinateSystem ?? 'wgs84'),
  }
}

function uploaderOf(request: FastifyRequest): Uploader {
  const { device } = request
  if (device === null) {
    const { accountId, name } = principalOf(request)
    return { accountId, deviceId: null, name }
  }
  if (device.kind === patrolTerminal.name) {
    return { accountId: null, deviceId: device.id, name: device.label ?? device.id }
  }
  const detail = `a ${device.kind} uploads nothing; of devices only a ${patrolTerminal.name} does`
  throw new Rejected('forbidden', detail)
}

/** The last part of a path, without what no file name has; null when nothing is left. */
function nameOf(given: string | undefined): string | null {
  const last =
    given
      ?.split(/[/\\]/)
      .at(-1)
      ?.replaceAll(/\p{Cc}/gu, '')
      .trim() ?? ''
  if (!isStorable(last)) throw invalid('name', 'name has half a surrogate pair')
  return last === '' ? null : last
}

function placeOf({ lon_deg, lat_deg }: UploadQuery, system: CoordinateSystem): Place | null {
  const fault = placeFault(lon_deg, lat_deg)
  if (fault) throw invalid('lon_deg', `lon_deg and lat_deg are no place: ${fault}`)
  if (lon_deg === undefined || lat_deg === undefined) return null
  return toWgs84({ lon_deg, lat_deg }, system)
}

const invalid = (parameter: string, detail: string): Rejected =>
  new Rejected('invalid-input', detail, { detail: { errors: [{ parameter, detail }] } })
