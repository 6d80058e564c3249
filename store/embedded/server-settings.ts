/**
 * What the embedded server is started with, beside folder and port. Durability is not traded:
 * an acknowledged reading is on the disk.
 */
const SERVER_SETTINGS: Readonly<Record<string, string>> = {
  // Only this machine, and over TCP alone: a socket file would need a folder everyone can reach.
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',

  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',

  // Small enough for a laptop; the working set is the newest partition of each kind.
  shared_buffers: '256MB',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',

  // Rare, spread-out checkpoints: each one makes the pages written after it cost a full copy.
  max_wal_size: '2GB',
  // Files of the log are used again: to make one keeps every commit waiting (docs/adr/0019).
  min_wal_size: '1GB',
  wal_buffers: '16MB',
  checkpoint_timeout: '15min',

  // Short queries gain nothing from compiling.
  jit: 'off',
  TimeZone: 'UTC',

  // Errors of statements reach Wanmi by its connection; here they would only fill the disk, as
  // every batch with a reading that came twice makes one.
  log_min_messages: 'log',
  log_checkpoints: 'off',
}

/** As arguments for `postgres`. */
export const settingArguments = (port: number): string[] =>
  Object.entries({ ...SERVER_SETTINGS, port: String(port) }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ])
