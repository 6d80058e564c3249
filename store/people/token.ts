import { createHash, randomBytes } from 'node:crypto'

/** 256 random bits as text that needs no quoting anywhere: nobody can try them out. */
export const newToken = (): string => randomBytes(32).toString('base64url')

/** What is kept of a token. One round is enough: it holds more than anybody can guess. */
export const tokenHash = (token: string): Buffer => createHash('sha256').update(token).digest()
