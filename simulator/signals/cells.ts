/** A few numbers of somebody's own, in a block with those of others. */
export interface Cells {
  readonly numbers: Float64Array
  /** Where the own ones begin. */
  readonly from: number
}

const BLOCK = 8_192

let block = new Float64Array(BLOCK)
let used = 0

/** Numbers that were taken one after the other lie one after the other. */
export function takeCells(count: number): Cells {
  if (used + count > block.length) {
    block = new Float64Array(BLOCK)
    used = 0
  }
  const from = used
  used += count
  return { numbers: block, from }
}
