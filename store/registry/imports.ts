import type { PoolClient } from 'pg'
import type { Area } from '#model/area.ts'
import type { CityLine } from '#model/city-line.ts'
import type { NewDevice } from '#model/device.ts'
import type { ImportReason, ImportReport, ImportWay } from '#model/import-report.ts'
import type { Part } from '#model/part.ts'
import { type Scope, WHOLE_CITY } from '#model/principal.ts'
import { seesWholeCity } from '#model/scope-covers.ts'
import { areaOfPart, seesDevice, seesPlace } from '#model/sees-device.ts'
import type { UnitGrid } from '#model/unit-grid.ts'
import { generateSecret, hashSecret } from '#runtime/secret.ts'
import { checkLine } from '#store/lines/line-fault.ts'
import { writeLines } from '#store/lines/line-record.ts'
import type { LineRevision } from '#store/lines/line-revision.ts'
import type { AreaDirectory } from './area-directory.ts'
import { checkArea, writeAreas } from './area-registry.ts'
import { changeDevice, type DeviceRow, toDevice } from './device-record.ts'
import { checkDevice, type RegistryContext, withGrid } from './device-registry.ts'
import {
  type DeviceWrite,
  lockDevices,
  tooManyAttributes,
  unknownPart,
  unknownParts,
  writeDevices,
} from './device-writes.ts'
import { checkGrid, writeGrids } from './grid-registry.ts'
import type { ImportRow } from './import-row.ts'
import { changePart, lockParts, writeParts } from './part-record.ts'
import { checkPart } from './part-registry.ts'
import { applyGrids, type Regridded } from './regrid.ts'
import { runImport } from './run-import.ts'

type Rows = AsyncIterable<ImportRow>

/**
 * Imports of whole files. What is registered already is changed as a patch would change it. A row about
 * what lies beyond the scope, or would, is refused; grids, areas, streets and pipes are not bounded.
 */
export function createImports(
  context: RegistryContext & {
    readonly areas: AreaDirectory
    readonly lineRevision: LineRevision
  },
) {
  const { pool, directory, grids, areas, clock, lineRevision } = context
  return {
    async devices(rows: Rows, way: ImportWay, scope = WHOLE_CITY): Promise<ImportReport> {
      const written: string[] = []
      const report = await runImport<NewDevice>(pool, rows, way, {
        id: 'id',
        check: checkDevice,
        judge: (client, devices) => judgeDevices(context, client, devices, scope),
        async write(client, devices) {
          const before = await lockDevices(client, idsOf(devices))
          const made = await Promise.all(devices.map((device) => merge(context, before, device)))
          await writeDevices(client, made, 'overwrite')
          written.push(...idsOf(devices))
          return made.flatMap(({ device, secret }) =>
            secret === null ? [] : [{ id: device.id, secret }],
          )
        },
      })
      if (report.committed) await directory.refresh(written)
      return report
    },

    async parts(rows: Rows, way: ImportWay, scope = WHOLE_CITY): Promise<ImportReport> {
      const written = new Set<string>()
      const report = await runImport<Part>(pool, rows, way, {
        id: 'id',
        check: checkPart,
        judge: (client, parts) => judgeParts(context, client, parts, scope),
        async write(client, parts) {
          const before = await lockParts(client, idsOf(parts))
          const now = clock.now()
          const after = parts.map((part) =>
            changePart(before.get(part.id), part, part.id, grids, now),
          )
          await writeParts(client, after, 'overwrite')
          for (const { id } of parts) written.add(id)
          return []
        },
      })
      if (report.committed) await directory.refreshParts(written)
      return report
    },

    async areas(rows: Rows, way: ImportWay): Promise<ImportReport> {
      const written: string[] = []
      const report = await runImport<Area>(pool, rows, way, {
        id: 'id',
        check: checkArea,
        judge: async () => Promise.resolve(new Map()),
        async write(client, given) {
          await writeAreas(client, given)
          written.push(...idsOf(given))
          return []
        },
      })
      if (report.committed) await areas.refresh(written)
      return report
    },

    async lines(rows: Rows, way: ImportWay): Promise<ImportReport> {
      const report = await runImport<CityLine>(pool, rows, way, {
        id: 'id',
        check: checkLine,
        judge: async () => Promise.resolve(new Map()),
        async write(client, given) {
          await writeLines(client, given, true)
          return []
        },
      })
      if (report.committed) lineRevision.rise()
      return report
    },

    async grids(rows: Rows, way: ImportWay): Promise<ImportReport> {
      let regridded: Regridded | undefined
      try {
        const report = await runImport<UnitGrid>(pool, rows, way, {
          id: 'code',
          check: checkGrid,
          judge: async () => Promise.resolve(new Map()),
          async write(client, given) {
            await writeGrids(client, given, 'overwrite')
            return []
          },
          async finish(client) {
            regridded = await applyGrids(client, grids)
          },
        })
        await directory.refresh(regridded?.devices ?? [])
        await directory.refreshParts(new Set(regridded?.parts))
        return report
      } catch (error) {
        regridded?.undo()
        throw error
      }
    },
  }
}

const idsOf = (rows: readonly { readonly id: string }[]): string[] => rows.map((row) => row.id)

async function judgeDevices(
  { grids }: RegistryContext,
  client: PoolClient,
  devices: readonly NewDevice[],
  scope: Scope,
): Promise<ReadonlyMap<string, readonly ImportReason[]>> {
  const partIds = new Set(devices.map((device) => device.partId).filter((id) => id !== undefined))
  const unknown = await unknownParts(client, [...partIds], scope)
  const registered = await lockDevices(client, idsOf(devices))
  return new Map(
    devices.map((device) => {
      const reasons: ImportReason[] = []
      const { id, kind, partId, attributes } = device
      if (partId !== undefined && unknown.has(partId)) reasons.push(unknownPart(partId))
      const before = registered.get(id)
      // Of what lies beyond nothing else is said.
      if (before && !seesDevice(scope, toDevice(before))) return [id, [beyondScope(id)]]
      const after = changeDevice(before && toDevice(before), device, id, kind)
      if (!seesDevice(scope, withGrid(grids, after))) reasons.push(beyondScope(id))
      if (before && before.kind !== kind) {
        const detail = `${id} is registered as ${before.kind}; a device keeps its kind`
        reasons.push({ code: 'kind-changed', field: 'kind', detail })
      }
      if (before) reasons.push(...tooManyAttributes({ ...before.attributes, ...attributes }))
      return [id, reasons]
    }),
  )
}

async function judgeParts(
  { grids, clock }: RegistryContext,
  client: PoolClient,
  parts: readonly Part[],
  scope: Scope,
): Promise<ReadonlyMap<string, readonly ImportReason[]>> {
  if (seesWholeCity(scope)) return new Map()
  const registered = await lockParts(client, idsOf(parts))
  const isSeen = (part: Parameters<typeof areaOfPart>[0]): boolean =>
    seesPlace(scope, areaOfPart(part))
  const beyond = parts.filter((part) => {
    const before = registered.get(part.id)
    const after = changePart(before, part, part.id, grids, clock.now())
    return (before !== undefined && !isSeen(before)) || !isSeen(after)
  })
  return new Map(beyond.map(({ id }) => [id, [beyondScope(id)]]))
}

const beyondScope = (id: string): ImportReason => ({
  code: 'beyond-scope',
  detail: `${id} lies, or would lie, beyond the areas and networks of the account`,
})

/** The device after its row, with a new secret only where there was none and none is given. */
async function merge(
  { grids, clock }: RegistryContext,
  registered: ReadonlyMap<string, DeviceRow>,
  given: NewDevice,
): Promise<DeviceWrite & { readonly secret: string | null }> {
  const before = registered.get(given.id)
  const secret = before || given.secret !== undefined ? null : generateSecret()
  const chosen = given.secret ?? secret
  const now = clock.now()
  return {
    device: withGrid(grids, changeDevice(before && toDevice(before), given, given.id, given.kind)),
    secretHash: chosen === null ? (before as DeviceRow).secret_hash : await hashSecret(chosen),
    createdAt: before?.created_at ?? now,
    updatedAt: now,
    secret,
  }
}
