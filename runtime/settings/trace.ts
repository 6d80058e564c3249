import { integer, optionalText, text } from '#runtime/setting.ts'

/** Traces of what Wanmi does, for a collector of OpenTelemetry. */
export const TRACE_SETTINGS = {
  endpoint: optionalText(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'Collector of OpenTelemetry that takes OTLP over HTTP, such as http://127.0.0.1:4318; unset, nothing is traced.',
    { consequence: 'OTEL_EXPORTER_OTLP_HEADERS is sent along, such as authorization=….' },
  ),
  serviceName: text('OTEL_SERVICE_NAME', 'wanmi', 'Name of this Wanmi among others in traces.'),
  samplePercent: integer(
    'TRACE_SAMPLE_PERCENT',
    10,
    'Share of traces that are kept; a request with a traceparent goes by what its caller decided.',
    { unit: '%', min: 0, max: 100 },
  ),
} as const
