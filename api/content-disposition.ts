/** `Content-Disposition` with a file name of any language (RFC 6266). */
export function contentDisposition(type: 'inline' | 'attachment', fileName: string): string {
  const plain = fileName.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_')
  const encoded = encodeURIComponent(fileName.toWellFormed()).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  const star = plain === fileName ? '' : `; filename*=UTF-8''${encoded}`
  return `${type}; filename="${plain}"${star}`
}
