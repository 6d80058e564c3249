import type { Client } from 'pg'
import type { EpochMs } from '#model/time.ts'
import { makePartitions, partitionOf } from '#store/partitions.ts'

/**
 * Remembers which partitions are there, so that readings of any age find theirs: those that come
 * late, or out of a recording of another year, have one made for them before they are written.
 */
export class PartitionGuard {
  readonly #known = new Map<string, Set<number>>()
  readonly #missing = new Map<string, Set<number>>()
  // Readings come in runs of one week: most are answered by comparing with the one before.
  #lastTable = ''
  #lastPartition = Number.NaN

  /** Takes note of a reading that is to be written. */
  need(table: string, at: EpochMs): void {
    const partition = partitionOf(at)
    if (partition === this.#lastPartition && table === this.#lastTable) return
    this.#lastTable = table
    this.#lastPartition = partition
    if (this.#known.get(table)?.has(partition)) return
    add(this.#missing, table, partition)
  }

  /** Makes the partitions that noted readings lack; a round trip only when there are any. */
  async provide(client: Client): Promise<void> {
    for (const [table, partitions] of this.#missing) {
      await makePartitions(client, table, [...partitions])
      for (const partition of partitions) add(this.#known, table, partition)
    }
    this.#missing.clear()
  }

  /** Forgets what is there: some were dropped by somebody else. */
  forget(): void {
    this.#known.clear()
    this.#missing.clear()
    this.#lastPartition = Number.NaN
  }
}

function add(map: Map<string, Set<number>>, table: string, partition: number): void {
  const partitions = map.get(table)
  if (partitions) partitions.add(partition)
  else map.set(table, new Set([partition]))
}
