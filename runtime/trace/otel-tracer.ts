import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Context,
  DiagLogLevel,
  diag,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { isWanmiError, messageOf } from '#model/error.ts'
import type { Logger } from '#runtime/logger.ts'
import type { Attributes, Span, SpanOptions, Tracer } from './tracer.ts'

interface OtelOptions {
  /** Of the collector, without `/v1/traces`. */
  readonly endpoint: string
  readonly serviceName: string
  readonly samplePercent: number
}

const KINDS = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  internal: SpanKind.INTERNAL,
  consumer: SpanKind.CONSUMER,
} as const

const STOP_PATIENCE_MS = 2_000
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/

/** A tracer of OpenTelemetry, of its own: nothing global is set but where it says that it failed. */
export function openOtelTracer(options: OtelOptions, log: Logger): Tracer {
  const { endpoint, serviceName, samplePercent } = options
  const tell = (message: string): void => {
    log.warn({ reason: message.slice(0, 300) }, 'traces could not be sent')
  }
  const silent = (): undefined => undefined
  diag.setLogger(
    { error: tell, warn: tell, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  )
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` })
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(samplePercent / 100) }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  })
  const tracer = provider.getTracer('wanmi')
  const current = new AsyncLocalStorage<Context>()
  const contexts = new WeakMap<Span, Context>()
  return {
    isOn: true,
    begin(
      name: string,
      { kind = 'internal', attributes = {}, parent, startedAt }: SpanOptions = {},
    ) {
      const context = remote(parent) ?? current.getStore() ?? ROOT_CONTEXT
      const started = {
        kind: KINDS[kind],
        attributes,
        ...(startedAt === undefined ? {} : { startTime: startedAt }),
      }
      const span = tracer.startSpan(name, started, context)
      const ours = spanOf(span)
      contexts.set(ours, trace.setSpan(context, span))
      return ours
    },
    within: (span, work) => current.run(contexts.get(span) ?? ROOT_CONTEXT, work),
    stop: async () => {
      // A collector that does not answer does not keep the service from ending.
      await Promise.race([provider.shutdown(), sleep(STOP_PATIENCE_MS, undefined, { ref: false })])
    },
  }
}

/** The span of another system that asks us; undefined where the text is none. */
function remote(traceparent: string | undefined): Context | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? []
  if (traceId === undefined || spanId === undefined) return undefined
  const traceFlags = Number.parseInt(flags ?? '0', 16) & TraceFlags.SAMPLED
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true })
}

function spanOf(span: OtelSpan): Span {
  const { traceId, spanId, traceFlags } = span.spanContext()
  return {
    traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
    set: (attributes: Attributes) => void span.setAttributes(attributes),
    rename: (name) => void span.updateName(name),
    end(error?: unknown) {
      if (error !== undefined) {
        const code = isWanmiError(error) ? error.code : 'internal'
        span.setAttribute('error.type', code)
        span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) })
      }
      span.end()
    },
  }
}
