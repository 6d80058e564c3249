/**
 * The area under the bell of the normal distribution, cut into layers of equal area, after
 * Marsaglia and Tsang, "The Ziggurat Method for Generating Random Variables" (2000).
 */

export const LAYERS = 128
// Where the lowest layer ends and the tail begins, and the area of each layer.
const TAIL_FROM = 3.442619855899
const LAYER_AREA = 9.91256303526217e-3

/** Not normalized: 1 at 0. */
export const density = (x: number): number => Math.exp(-0.5 * x * x)

/**
 * The right edge of each layer from the lowest up, and 0 at the end. The lowest is given as wide as
 * a box of its area would be, for it holds the tail as well.
 */
export const EDGES = edgesOfLayers()

function edgesOfLayers(): Float64Array {
  const edges = new Float64Array(LAYERS + 1)
  edges[0] = LAYER_AREA / density(TAIL_FROM)
  edges[1] = TAIL_FROM
  for (let layer = 2; layer < LAYERS; layer += 1) {
    const below = edges[layer - 1] as number
    edges[layer] = Math.sqrt(-2 * Math.log(LAYER_AREA / below + density(below)))
  }
  return edges
}
