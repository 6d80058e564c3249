/** What `package-lock.json` says of one package. */
interface LockedPackage {
  readonly version?: string
  readonly license?: string
  readonly integrity?: string
  readonly resolved?: string
  readonly link?: boolean
  readonly dev?: boolean
  readonly hasInstallScript?: boolean
}

export interface Lockfile {
  /** By its place in the tree, such as `node_modules/aedes`; the project itself is ''. */
  readonly packages: Readonly<Record<string, LockedPackage>>
}

export interface Manifest {
  /** Whether the install scripts of a package may run. */
  readonly allowScripts?: Readonly<Record<string, boolean>>
}

/** Licences that ask for nothing but their own text beside the program. */
const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'MIT OR Apache-2.0',
  '(MIT OR Apache-2.0)',
  '(MIT OR CC0-1.0)',
  'Unlicense',
]

/**
 * Packages of another licence that were looked at. lightningcss and axe-core (MPL-2.0, a licence for
 * each of their files) come with the tools of the tests, argparse (Python-2.0, that of Python itself)
 * with those that build the console: unchanged, and no part of what ships.
 */
const EXCEPTIONS: readonly {
  readonly name: RegExp
  readonly license: string
  readonly dev: true
}[] = [
  { name: /^lightningcss(-[a-z0-9-]+)?$/, license: 'MPL-2.0', dev: true },
  { name: /^axe-core$/, license: 'MPL-2.0', dev: true },
  { name: /^argparse$/, license: 'Python-2.0', dev: true },
]

const nameOf = (place: string): string => place.slice(place.lastIndexOf('node_modules/') + 13)

/** What keeps the packages of a lockfile from being taken, a sentence each. */
export function supplyFaults(lock: Lockfile, manifest: Manifest): string[] {
  // The project itself, and its workspaces with the links to them, come from nowhere else.
  const packages = Object.entries(lock.packages).filter(
    ([place, { link, resolved = '' }]) =>
      place.includes('node_modules/') && !(link && resolved !== '' && resolved in lock.packages),
  )
  const faults = packages.flatMap(([place, locked]) => {
    const name = `${nameOf(place)}@${locked.version ?? '?'}`
    return [licenseFault(place, locked), sourceFault(locked), scriptFault(place, locked, manifest)]
      .filter((fault) => fault !== undefined)
      .map((fault) => `${name} ${fault}`)
  })
  const scripted = packages
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([place]) => nameOf(place))
  const unused = Object.keys(manifest.allowScripts ?? {})
    .filter((name) => !scripted.includes(name))
    .map((name) => `${name} of allowScripts has no install script`)
  return [...faults, ...unused]
}

function licenseFault(place: string, { license, dev }: LockedPackage): string | undefined {
  if (license === undefined) return 'names no licence'
  if (ALLOWED.includes(license)) return undefined
  const isKnown = EXCEPTIONS.some(
    (known) => known.name.test(nameOf(place)) && known.license === license && dev === known.dev,
  )
  return isKnown ? undefined : `has the licence ${license}, which nobody has looked at`
}

function sourceFault({ integrity, resolved, link }: LockedPackage): string | undefined {
  if (link) return 'is a link to somewhere else'
  if (resolved !== undefined && !/^https:\/\/[^/]+\/.+\.tgz$/.test(resolved)) {
    return 'comes from no registry'
  }
  return integrity?.startsWith('sha512-') ? undefined : 'has no sha512 integrity'
}

function scriptFault(
  place: string,
  { hasInstallScript }: LockedPackage,
  { allowScripts = {} }: Manifest,
): string | undefined {
  if (!hasInstallScript || nameOf(place) in allowScripts) return undefined
  return 'runs a script when it is installed, and allowScripts does not say whether it may'
}
