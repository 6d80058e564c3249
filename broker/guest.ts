import type { AedesLine } from './aedes-line.ts'
import type { Connection } from './connection.ts'
import type { FrameReader } from './frame-reader.ts'

/** Takes the packets of a client that is no device, from its CONNACK on. */
export interface Guest {
  /** Takes the packet the reader shows. What aedes is to see of it is given back. */
  take(reader: FrameReader): Buffer | undefined
  onDrained(): void
  onClosed(): void
}

/** Finds the aedes that is to speak with a client whose CONNECT was read, and has it listen. */
export type Welcome = (connection: Connection, line: AedesLine) => void
