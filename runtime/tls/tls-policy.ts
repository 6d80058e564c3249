import { constants } from 'node:crypto'
import type { SecureContextOptions } from 'node:tls'

const TLS_13_SUITES = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
]
// Authenticated encryption with a key of its own for each session, and nothing else (RFC 9325, 4.2).
const TLS_12_SUITES = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  // What small devices without hardware for GCM have (RFC 7251).
  'ECDHE-ECDSA-AES128-CCM',
]

const SIGNATURES = [
  'ecdsa_secp256r1_sha256',
  'ecdsa_secp384r1_sha384',
  'ecdsa_secp521r1_sha512',
  'ed25519',
  'rsa_pss_rsae_sha256',
  'rsa_pss_rsae_sha384',
  'rsa_pss_rsae_sha512',
  'rsa_pkcs1_sha256',
  'rsa_pkcs1_sha384',
  'rsa_pkcs1_sha512',
]

/**
 * How Wanmi speaks TLS at each of its doors. Level 2 of OpenSSL refuses RSA keys below 2,048 bits and
 * signatures over SHA-1, whoever shows them.
 */
export const TLS_POLICY = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  ciphers: [...TLS_13_SUITES, ...TLS_12_SUITES, '@SECLEVEL=2'].join(':'),
  ecdhCurve: 'X25519:P-256:P-384:P-521',
  sigalgs: SIGNATURES.join(':'),
  honorCipherOrder: true,
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION,
} as const satisfies SecureContextOptions
