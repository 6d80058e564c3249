/**
 * How many random cases of a property are tried: so many in every run of the tests, or what
 * PROPERTY_RUNS says. `npm run properties` tries ten thousand of each.
 */
export const propertyRuns = (quick: number): number => Number(process.env['PROPERTY_RUNS'] ?? quick)
