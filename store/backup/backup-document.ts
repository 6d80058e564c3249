/** A table of a backup, in the order in which tables can be filled. */
export interface BackedUpTable {
  readonly name: string
  /** Quoted where that is needed; generated ones are left out. */
  readonly columns: readonly string[]
  /** Of a table of readings: weeks since the epoch that have some. Null for others. */
  readonly partitions: readonly number[] | null
}

/** The first thing in a backup. */
export interface BackupHead {
  readonly wanmi: 'backup'
  readonly format: 1
  /** RFC 3339: the backup is what was committed then. */
  readonly takenAt: string
  /** Of the server it was taken from. */
  readonly postgres: string
  readonly timescale: boolean
  readonly migrations: readonly { readonly name: string; readonly checksum: string }[]
  readonly tables: readonly BackedUpTable[]
  readonly sequences: readonly { readonly name: string; readonly last: number }[]
}

/** After the rows of each table. */
export interface TableEnd {
  readonly table: string
  readonly rows: number
}

/** The last thing: without it a backup is not whole. */
export interface BackupEnd {
  readonly end: true
  readonly rows: number
  /** SHA-256, hexadecimal, of all that goes before. */
  readonly sha256: string
}

export type BackupNote = BackupHead | TableEnd | BackupEnd

/** What was written, or found in a file, for whoever asked for it. */
export interface BackupSummary {
  readonly takenAt: string
  readonly tables: readonly TableEnd[]
  readonly rows: number
}
