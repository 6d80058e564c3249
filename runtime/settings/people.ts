import { flag, integer, list, optionalText, text } from '#runtime/setting.ts'

/** How people sign in, and how long that lasts. */
export const PEOPLE_SETTINGS = {
  sessionIdleMin: integer('SESSION_IDLE_MIN', 60, 'A session that is not used so long ends.', {
    unit: 'min',
    min: 1,
  }),
  sessionMaxHours: integer('SESSION_MAX_HOURS', 12, 'A session ends so long after the sign-in.', {
    unit: 'h',
    min: 1,
    max: 8_760,
  }),
  passwordMinLength: integer('PASSWORD_MIN_LENGTH', 12, 'Fewest characters of a new password.', {
    min: 8,
    max: 64,
  }),
  passwordMaxAgeDays: integer(
    'PASSWORD_MAX_AGE_DAYS',
    0,
    'A password older than this has to be changed at the next sign-in; 0: no such age.',
    { unit: 'days', min: 0, max: 3_650 },
  ),
  signInAttempts: integer(
    'SIGN_IN_ATTEMPTS',
    5,
    'So many failed sign-ins in a row lock an account for 30 s, and each further one for twice as long.',
    { min: 1, max: 1_000 },
  ),
  signInAddressAttempts: integer(
    'SIGN_IN_ADDRESS_ATTEMPTS',
    30,
    'So many failed sign-ins from one address lock it out in the same way, whatever the account.',
    {
      min: 1,
      max: 100_000,
      consequence: 'Too low shuts out an office behind one address.',
    },
  ),
  signInLockMaxMin: integer('SIGN_IN_LOCK_MAX_MIN', 15, 'The longest such lock.', {
    unit: 'min',
    min: 1,
    max: 1_440,
  }),
} as const

/** Sign-in with a provider of OpenID Connect. */
export const OIDC_SETTINGS = {
  issuer: optionalText(
    'OIDC_ISSUER',
    'Issuer of OpenID Connect whose users may sign in; unset, there are passwords only.',
    { consequence: 'Without https only on this machine.' },
  ),
  clientId: optionalText('OIDC_CLIENT_ID', 'Id of Wanmi at the issuer.'),
  clientSecret: optionalText(
    'OIDC_CLIENT_SECRET',
    'Secret of Wanmi there; unset: a public client.',
    {
      secret: true,
    },
  ),
  redirectUrl: optionalText(
    'OIDC_REDIRECT_URL',
    'Where the issuer sends browsers back to; unset, PUBLIC_URL with /api/v1/session/oidc/callback.',
  ),
  title: text('OIDC_TITLE', 'OpenID Connect', 'What the sign-in page calls it.'),
  scopes: text('OIDC_SCOPES', 'openid profile email', 'Scopes that are asked for.'),
  accountClaim: text(
    'OIDC_ACCOUNT_CLAIM',
    'email',
    'By which claim an account is found at its first such sign-in: email (only a verified one), ' +
      'preferred_username (its login), or none.',
    {
      oneOf: ['email', 'preferred_username', 'none'],
      consequence: 'preferred_username only where users cannot choose theirs.',
    },
  ),
  createAccounts: flag(
    'OIDC_CREATE_ACCOUNTS',
    false,
    'Whoever the issuer knows and no account fits gets one, with the roles of OIDC_ROLES.',
  ),
  rolesClaim: text(
    'OIDC_ROLES_CLAIM',
    'roles',
    'Claim with what the issuer knows as roles; a.b is b in a.',
  ),
  roles: list(
    'OIDC_ROLES',
    'Roles of new accounts as CLAIM=ROLE, separated by commas: wanmi-inspectors=inspector.',
    { consequence: 'Whoever has none of them gets no account.' },
  ),
  departmentClaim: text(
    'OIDC_DEPARTMENT_CLAIM',
    'department',
    'Claim with the id of the department of a new account that has a department role.',
  ),
} as const
