import type { UnitGrid } from '#model/unit-grid.ts'
import type { Surroundings } from '#monitor/ports.ts'
import type { DeviceDirectory } from '#store/device-directory.ts'
import type { GridLocator } from '#store/registry/grid-locator.ts'

/** The store's directories in the words of the monitor. */
export const surroundingsOf = (directory: DeviceDirectory, grids: GridLocator): Surroundings => ({
  gridOf: (place) => {
    const grid = grids.locate(place)
    return grid && { code: grid.code, address: addressOf(grid) }
  },
  gridAddress: (code) => {
    const grid = grids.find(code)
    return grid && addressOf(grid)
  },
  part: (id) => directory.part(id),
})

const addressOf = ({ street, community }: UnitGrid): string => `${street}${community}`
