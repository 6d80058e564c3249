import { Rejected } from '#model/error.ts'
import type { Config } from '#runtime/config.ts'
import type { Logger } from '#runtime/logger.ts'
import { NO_TRACER, type Tracer } from './tracer.ts'

/**
 * A tracer that sends to the configured collector; without one, nothing of OpenTelemetry is read.
 *
 * @throws Rejected `bad-configuration` when the address is none
 */
export async function openTracer(config: Config['trace'], log: Logger): Promise<Tracer> {
  const { endpoint } = config
  if (endpoint === null) return NO_TRACER
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol)) {
    throw new Rejected('bad-configuration', 'OTEL_EXPORTER_OTLP_ENDPOINT is not an http address')
  }
  const { openOtelTracer } = await import('./otel-tracer.ts')
  return openOtelTracer({ ...config, endpoint }, log)
}
