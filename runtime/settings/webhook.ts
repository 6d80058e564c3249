import { flag, integer, text } from '#runtime/setting.ts'

/** Notices of what happens to cases, for other systems. */
export const WEBHOOK_SETTINGS = {
  source: text(
    'WEBHOOK_SOURCE',
    '/wanmi',
    'The `source` of every notice: a URI reference that tells this Wanmi from others.',
  ),
  timeoutMs: integer('WEBHOOK_TIMEOUT_MS', 10_000, 'Longest an attempt may take.', {
    unit: 'ms',
    min: 10,
    max: 300_000,
  }),
  concurrency: integer('WEBHOOK_CONCURRENCY', 4, 'Most notices under way to one webhook.', {
    min: 1,
    max: 100,
  }),
  retryFirstMs: integer(
    'WEBHOOK_RETRY_FIRST_MS',
    5_000,
    'Pause after the first failure; each further one is twice as long.',
    { unit: 'ms', min: 1 },
  ),
  retryLongestS: integer('WEBHOOK_RETRY_LONGEST_S', 900, 'Longest pause between two attempts.', {
    unit: 's',
    min: 1,
    consequence: 'So long it can take until an outage of the other system is noticed to be over.',
  }),
  giveUpAfterS: integer(
    'WEBHOOK_GIVE_UP_AFTER_S',
    86_400,
    'From the first attempt to the last; then the notice is a dead letter.',
    { unit: 's', min: 0, consequence: 'A dead letter holds those of the same case behind it.' },
  ),
  secretOverlapS: integer(
    'WEBHOOK_SECRET_OVERLAP_S',
    86_400,
    'How long the former secret signs too when a webhook is given another, unless the request says.',
    { unit: 's', min: 0 },
  ),
  keepDays: integer(
    'WEBHOOK_KEEP_DAYS',
    90,
    'How long is kept what was delivered or discarded; the events themselves stay.',
    { unit: 'days', min: 1, max: 36_500 },
  ),
  privateTargets: flag(
    'WEBHOOK_PRIVATE_TARGETS',
    true,
    'Whether notices may go to private addresses and this machine, as in a closed city network.',
    {
      consequence: 'Addresses that give out the credentials of a cloud machine are always refused.',
    },
  ),
}
