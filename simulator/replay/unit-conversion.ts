import { Rejected } from '#model/error.ts'

/** How a number in one unit becomes one in another: times `factor`, plus `offset`. */
export interface Conversion {
  readonly factor: number
  readonly offset: number
}

export const AS_IS: Conversion = { factor: 1, offset: 0 }

/**
 * What recordings are written in, by quantity: UCUM codes and what people write instead. One of a
 * unit is `factor` of the first unit of its group, and `offset` of it lies its zero.
 */
const UNITS: readonly Readonly<Record<string, Conversion | number>>[] = [
  // NIST SP 811: the foot is 0.3048 m, the inch 25.4 mm.
  {
    mm: 1,
    cm: 10,
    dm: 100,
    m: 1_000,
    km: 1e6,
    '[ft_i]': 304.8,
    ft: 304.8,
    '[in_i]': 25.4,
    in: 25.4,
  },
  // The knot is 1852 m an hour, the mile 1609.344 m.
  { 'km/h': 1, 'm/s': 3.6, '[kn_i]': 1.852, kn: 1.852, '[mi_i]/h': 1.609344, mph: 1.609344 },
  // NIST SP 811: psi 6894.757 Pa, conventional metre of water 9806.65 Pa, atmosphere 101325 Pa.
  {
    kPa: 1,
    Pa: 0.001,
    hPa: 0.1,
    MPa: 1_000,
    bar: 100,
    mbar: 0.1,
    '[psi]': 6.894757293168,
    psi: 6.894757293168,
    'm[H2O]': 9.80665,
    mH2O: 9.80665,
    atm: 101.325,
  },
  { 'L/s': 1, 'l/s': 1, 'L/min': 1 / 60, 'L/h': 1 / 3_600, 'm3/s': 1_000, 'm3/h': 1 / 3.6 },
  {
    Cel: 1,
    K: { factor: 1, offset: -273.15 },
    '[degF]': { factor: 5 / 9, offset: -160 / 9 },
    degF: { factor: 5 / 9, offset: -160 / 9 },
  },
  { 'uS/cm': 1, 'mS/cm': 1_000, 'mS/m': 10, 'S/m': 10_000 },
  { deg: 1, rad: 180 / Math.PI },
  { kg: 1, g: 0.001, t: 1_000 },
  { '%': 1, '1': 100 },
  { '[ppm]': 1, ppm: 1, '[ppb]': 0.001, ppb: 0.001 },
]

/** The units {@link conversion} knows for a quantity measured in `unit`. */
const unitsLike = (unit: string): Readonly<Record<string, Conversion | number>> =>
  UNITS.find((group) => unit in group) ?? { [unit]: 1 }

/**
 * How numbers in the unit `from` become such in `to`, the unit of a channel.
 *
 * @throws Rejected('invalid-input') with the units there are, when `from` is unknown or measures
 *   something else.
 */
export function conversion(from: string, to: string): Conversion {
  // `%{LEL}` is a percentage of something; whoever says no more than `%` means the same.
  if (from === to) return AS_IS
  const whole = withoutAnnotation(to)
  const group = unitsLike(whole)
  const [given, wanted] = [group[from], group[whole]]
  if (given === undefined || wanted === undefined) throw unsuitable(from, to, group)
  const [of, by] = [linear(given), linear(wanted)]
  return { factor: of.factor / by.factor, offset: (of.offset - by.offset) / by.factor }
}

const linear = (unit: Conversion | number): Conversion =>
  typeof unit === 'number' ? { factor: unit, offset: 0 } : unit

const withoutAnnotation = (unit: string): string => unit.replace(/(?<=.)\{[^}]*\}$/, '')

function unsuitable(from: string, to: string, group: object): Rejected {
  const known = UNITS.some((units) => from in units)
  const fault = known ? `${from} cannot become ${to}` : `the unit ${from} is not known`
  const names = Object.keys(group).join(', ')
  return new Rejected('invalid-input', `${fault}; known for ${to} are ${names}`)
}
