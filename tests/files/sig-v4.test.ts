import { expect, test } from 'vitest'
import { signatureFault } from './sig-v4.ts'

// From "Authenticating Requests: Using the Authorization Header" of the Amazon S3 API Reference.
const KEYS = { AKIAIOSFODNN7EXAMPLE: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const SCOPE = 'Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request'
const SHARED = {
  host: 'examplebucket.s3.amazonaws.com',
  'x-amz-date': '20130524T000000Z',
  'x-amz-content-sha256': EMPTY,
}

test('the check of signatures agrees with the examples of the specification', () => {
  const object = {
    method: 'GET',
    url: '/test.txt',
    headers: {
      ...SHARED,
      range: 'bytes=0-9',
      authorization: `AWS4-HMAC-SHA256 ${SCOPE},SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41`,
    },
  }
  expect(signatureFault(object, KEYS)).toBeUndefined()
  const list = {
    method: 'GET',
    url: '/?max-keys=2&prefix=J',
    headers: {
      ...SHARED,
      authorization: `AWS4-HMAC-SHA256 ${SCOPE},SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7`,
    },
  }
  expect(signatureFault(list, KEYS)).toBeUndefined()
  expect(signatureFault({ ...list, url: '/?max-keys=3&prefix=J' }, KEYS)).toMatch(/wrong/)
  expect(signatureFault({ ...object, method: 'HEAD' }, KEYS)).toMatch(/wrong/)
  expect(signatureFault(object, {})).toMatch(/nobody/)
  expect(signatureFault({ ...object, headers: SHARED }, KEYS)).toMatch(/no signature/)
})
