/** A row of an unknown kind, one whose place is swapped, and one that stands there twice. */
export const FAULTY = `id,kind,label,lon_deg,lat_deg
new-1,manhole-cover,新井1号,111.001,35.021
new-2,kite,新井2号,111.002,35.022
new-3,manhole-cover,新井3号,35.023,111.003
new-1,manhole-cover,新井1号,111.001,35.021
`
export const MENDED = `id,kind,label,lon_deg,lat_deg
new-1,manhole-cover,新井1号,111.001,35.021
new-2,manhole-cover,新井2号,111.002,35.022
`

export const csv = (text: string) => ({
  name: 'devices.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from(text),
})
