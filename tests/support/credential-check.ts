import { CredentialCheck, type CredentialCheckOptions } from '#broker/credential-check.ts'
import { Guards } from '#broker/guards/guards.ts'
import { systemClock } from '#runtime/clock.ts'
import { type Config, readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { createMetrics } from '#runtime/metrics.ts'

/** A check of secrets with the guards as they ship. */
export function credentialCheck(
  options: Omit<CredentialCheckOptions, 'guards'>,
  changes: Partial<Config['mqtt']> = {},
) {
  const guards = new Guards({
    strangerPerSecond: 100,
    config: { ...readConfig({}).mqtt, ...changes },
    directory: { find: () => undefined },
    clock: systemClock,
    metrics: createMetrics(),
    log: silentLogger,
  })
  return { check: new CredentialCheck({ ...options, guards }), guards }
}
