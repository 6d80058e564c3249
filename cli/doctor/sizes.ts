const MIB = 1_024 ** 2
const GIB = 1_024 ** 3

/** Bytes as people say them: `3.2 GiB`, `180 MiB`. */
export const sizeText = (bytes: number): string =>
  bytes >= GIB ? `${(bytes / GIB).toFixed(1)} GiB` : `${Math.round(bytes / MIB)} MiB`
