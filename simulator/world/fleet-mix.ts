/** Who is in a fleet, by share; a fleet of five has one of each. */
export const USUAL_MIX: Readonly<Record<string, number>> = {
  'manhole-cover': 0.5,
  'bin-sensor': 0.25,
  'pipe-gauge': 0.1,
  'refuse-truck': 0.08,
  'patrol-terminal': 0.07,
}

/**
 * So many devices in these proportions: at least one of each kind as far as the devices reach,
 * then by largest remainders.
 */
export function shareOut(
  devices: number,
  mix: Readonly<Record<string, number>>,
): readonly (readonly [kind: string, count: number])[] {
  const kinds = Object.entries(mix).filter(([, share]) => share > 0)
  const whole = kinds.reduce((sum, [, share]) => sum + share, 0)
  const wanted = kinds.map(([, share]) => (share / whole) * devices)
  const counts = wanted.map((count, index) => Math.max(index < devices ? 1 : 0, Math.floor(count)))
  const order = wanted.map((_, index) => index).sort((a, b) => rest(b) - rest(a))
  function rest(index: number): number {
    return (wanted[index] as number) % 1
  }
  const total = (): number => counts.reduce((sum, count) => sum + count, 0)
  for (let turn = 0; total() < devices; turn += 1) {
    const index = order[turn % order.length] as number
    counts[index] = (counts[index] as number) + 1
  }
  while (total() > devices) {
    const most = counts.indexOf(Math.max(...counts))
    counts[most] = (counts[most] as number) - 1
  }
  return kinds.map(([kind], index) => [kind, counts[index] as number])
}
