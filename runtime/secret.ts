import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { Broken } from '#model/error.ts'

const derive: (
  secret: string,
  salt: Buffer,
  length: number,
  options: ScryptOptions,
) => Promise<Buffer> = promisify(scrypt)

const SECRET_BYTES = 16
const SALT_BYTES = 16
const HASH_BYTES = 32

// A secret as long as a generated one holds 128 random bits, which nobody can try out: the light
// setting keeps a storm of reconnecting devices cheap. A shorter one was thought up by a person.
const LONG_SECRET = 22
const LIGHT_COST = 1_024
const HEAVY_COST = 4_096
const BLOCK_SIZE = 8
const PARALLELIZATION = 1

/** 128 random bits as 22 characters of `A-Za-z0-9_-`. */
export const generateSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url')

/** How much work it is to try one secret: N, r and p of scrypt (RFC 7914). */
export interface SecretCost {
  readonly cost: number
  readonly blockSize: number
  readonly parallelization: number
}

/** `scrypt$N$r$p$salt$hash`, salt and hash in base64url. Takes 3 to 13 ms of a worker thread. */
export function hashSecret(secret: string): Promise<string> {
  const cost = secret.length >= LONG_SECRET ? LIGHT_COST : HEAVY_COST
  return hashWith(secret, { cost, blockSize: BLOCK_SIZE, parallelization: PARALLELIZATION })
}

/** The same with another cost. */
export async function hashWith(secret: string, setting: SecretCost): Promise<string> {
  const { cost, blockSize, parallelization } = setting
  const salt = randomBytes(SALT_BYTES)
  const hash = await derive(secret, salt, HASH_BYTES, scryptOptions(setting))
  const fields = [cost, blockSize, parallelization, salt.toString('base64url')]
  return ['scrypt', ...fields, hash.toString('base64url')].join('$')
}

/**
 * Whether the secret is the one that was hashed, in a time that does not depend on where they
 * differ.
 *
 * @throws Broken('internal') when the stored text is no hash of ours.
 */
export async function verifySecret(secret: string, stored: string): Promise<boolean> {
  const [scheme, cost, blockSize, parallelization, salt, hash, ...rest] = stored.split('$')
  if (scheme !== 'scrypt' || !salt || !hash || rest.length > 0) {
    throw new Broken('internal', 'a stored secret is not a hash of this service')
  }
  const expected = Buffer.from(hash, 'base64url')
  const options = scryptOptions({
    cost: Number(cost),
    blockSize: Number(blockSize),
    parallelization: Number(parallelization),
  })
  const found = await derive(secret, Buffer.from(salt, 'base64url'), expected.length, options)
  return timingSafeEqual(found, expected)
}

const scryptOptions = (setting: SecretCost): ScryptOptions => ({
  ...setting,
  maxmem: 256 * setting.cost * setting.blockSize,
})
