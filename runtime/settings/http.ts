import { integer, list, optionalPath, optionalText, text } from '#runtime/setting.ts'

const port = { min: 0, max: 65_535 } as const
const KIB = 1_024
const MIB = 1_024 * KIB

/** The HTTP server: where it is, what it takes, and how much of it from one sender. */
export const HTTP_SETTINGS = {
  host: text('HTTP_HOST', '0.0.0.0', 'Address the HTTP server listens on.'),
  port: integer('HTTP_PORT', 8080, 'Port of the HTTP API. 0 takes a free one.', port),
  tlsCertFile: optionalPath(
    'HTTP_TLS_CERT_FILE',
    'Certificate chain of the HTTP server, PEM; unset, it speaks plain HTTP.',
    { consequence: 'Plain HTTP shows tokens and passwords to whoever is on the way.' },
  ),
  tlsKeyFile: optionalPath('HTTP_TLS_KEY_FILE', 'Private key of the HTTP server, PEM.'),
  bodyLimitBytes: integer('HTTP_BODY_LIMIT_BYTES', MIB, 'Largest request body but for imports.', {
    unit: 'bytes',
    min: KIB,
  }),
  importLimitBytes: integer('HTTP_IMPORT_LIMIT_BYTES', 512 * MIB, 'Largest import file.', {
    unit: 'bytes',
    min: KIB,
  }),
  requestTimeoutMs: integer(
    'HTTP_REQUEST_TIMEOUT_MS',
    30_000,
    'How long a request may take to arrive, its body included unless that is a file.',
    { unit: 'ms', min: 100 },
  ),
  connectionsMax: integer('HTTP_CONNECTIONS_MAX', 10_000, 'Most HTTP connections in all.', {
    min: 1,
  }),
  connectionsPerAddressMax: integer(
    'HTTP_CONNECTIONS_PER_ADDRESS_MAX',
    2_000,
    'Most HTTP connections from one address; those of TRUSTED_PROXIES are not counted.',
    { min: 1 },
  ),
  ratePerAddress: integer(
    'HTTP_RATE_PER_ADDRESS',
    50,
    'Requests of one address in a second, over ten of them, by whoever is not signed in; 0: any.',
    {
      unit: '1/s',
      min: 0,
      consequence: 'Behind a proxy that is not in TRUSTED_PROXIES all strangers count as one.',
    },
  ),
  ratePerCredential: integer(
    'HTTP_RATE_PER_CREDENTIAL',
    200,
    'Requests with one token or session in a second, over ten of them; 0: any.',
    { unit: '1/s', min: 0 },
  ),
  adminToken: optionalText('ADMIN_TOKEN', 'The bearer token of the API.', {
    secret: true,
    consequence:
      'Unset, a token is made on the first start, printed once and kept in DATA_DIR/admin-token.',
  }),
  publicUrl: optionalText(
    'PUBLIC_URL',
    'Address under which browsers reach Wanmi, such as https://wanmi.example.',
    {
      consequence:
        'Unset, the address of each request counts. Needed behind a proxy that is not in ' +
        'TRUSTED_PROXIES and speaks https outwards.',
    },
  ),
  trustedProxies: list(
    'TRUSTED_PROXIES',
    'Addresses or networks (CIDR) of proxies whose X-Forwarded-* headers are believed, with commas.',
    { consequence: 'Unset behind a proxy, all who sign in seem to come from its address.' },
  ),
}
