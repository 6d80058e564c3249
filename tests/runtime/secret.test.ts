import { expect, test } from 'vitest'
import { generateSecret, hashSecret, verifySecret } from '#runtime/secret.ts'

test('a generated secret opens its own hash and no other', async () => {
  const secret = generateSecret()
  const hash = await hashSecret(secret)
  expect(await verifySecret(secret, hash)).toBe(true)
  expect(await verifySecret(generateSecret(), hash)).toBe(false)
})

test('the hash of one secret differs each time and never holds the secret', async () => {
  const secret = 'kaixuan-door-9'
  const [first, second] = await Promise.all([hashSecret(secret), hashSecret(secret)])
  expect(first).not.toBe(second)
  expect(first).not.toContain(secret)
})

test('a short secret is stretched further than a generated one', async () => {
  expect(await hashSecret('short')).toMatch(/^scrypt\$4096\$8\$1\$/)
  expect(await hashSecret(generateSecret())).toMatch(/^scrypt\$1024\$8\$1\$/)
})

test('Chinese, empty and very long secrets are told apart', async () => {
  for (const secret of ['井盖一号', '', 'x'.repeat(4_096)]) {
    const hash = await hashSecret(secret)
    expect(await verifySecret(secret, hash)).toBe(true)
    expect(await verifySecret(`${secret}.`, hash)).toBe(false)
  }
})

test('a stored text that is no hash is a defect and opens nothing', async () => {
  await expect(verifySecret('x', 'plain')).rejects.toThrow('not a hash')
})
