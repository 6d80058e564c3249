import { readFileSync } from 'node:fs'
import { type Lockfile, type Manifest, supplyFaults } from './supply-faults.ts'

/** A step of `npm run check`: licences, integrity and install scripts of every locked package. */
const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))
const faults = supplyFaults(read('package-lock.json') as Lockfile, read('package.json') as Manifest)
for (const fault of faults) console.error(fault)
process.exitCode = faults.length === 0 ? 0 : 1
