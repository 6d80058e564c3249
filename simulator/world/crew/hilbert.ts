/**
 * Where a cell lies on the Hilbert curve through a square of 2^order cells a side: cells near each
 * other on the curve are near each other in the square.
 */
export function hilbertIndex(order: number, column: number, row: number): number {
  let [x, y, index] = [column, row, 0]
  for (let side = 2 ** (order - 1); side >= 1; side /= 2) {
    const right = x >= side ? 1 : 0
    const down = y >= side ? 1 : 0
    index += side * side * ((3 * right) ^ down)
    if (right) x -= side
    if (down) y -= side
    if (down === 0) {
      if (right === 1) [x, y] = [side - 1 - x, side - 1 - y]
      ;[x, y] = [y, x]
    }
  }
  return index
}
