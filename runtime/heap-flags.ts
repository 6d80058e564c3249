import { setFlagsFromString } from 'node:v8'

/**
 * V8 notes what survived its first collections, and makes whatever comes from the same line of code
 * among the old objects from then on. In the first seconds of a service nearly all survives, as the
 * young generation is small: states, lists and readings that live for some milliseconds were made old,
 * held what they pointed to, and each collection moved all of that. Importing this file ends it
 * (docs/adr/0019).
 */
setFlagsFromString('--no-allocation-site-pretenuring')
