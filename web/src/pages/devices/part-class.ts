import { classesOf, DEFAULT_EDITION, findClass } from '#model/catalogue.ts'

/** The classes of parts of the catalogue in force, by major and minor together. */
export const PART_CLASSES = classesOf(DEFAULT_EDITION)
  .filter(({ kind }) => kind === 'part')
  .map(({ major, minor, majorName, minorName }) => ({
    value: major + minor,
    label: `${major}${minor} ${majorName} / ${minorName}`,
  }))

/** What the code of a part says it is; undefined where no catalogue has that class. */
export function classTitle(partId: string): string | undefined {
  const found = findClass(DEFAULT_EDITION, 'part', partId.slice(6, 10))
  return found && `${found.majorName} / ${found.minorName}`
}
