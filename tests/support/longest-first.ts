import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The folders whose files take longest: browsers, whole services, programs that are killed. */
const LONG = [
  '/tests/console/',
  '/tests/service/',
  '/tests/chaos/',
  '/tests/api/access/',
  '/tests/monitor/order/',
]

/**
 * Begins with what takes longest, so that at the end no worker waits for another one. Elsewhere the
 * order is that of vitest, which knows how long files took only where they ran before.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONG.findIndex((folder) => moduleId.includes(folder))
      return at < 0 ? LONG.length : at
    }
    return sorted.toSorted((one, other) => rank(one) - rank(other))
  }
}
