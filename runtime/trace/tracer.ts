import type { EpochMs } from '#model/time.ts'

export type Attributes = Readonly<Record<string, string | number | boolean>>

/** A stretch of work that is told to a collector. */
export interface Span {
  /** Of W3C, to hand on to another system; undefined where nothing is traced. */
  readonly traceparent: string | undefined
  set(attributes: Attributes): void
  rename(name: string): void
  /** With what went wrong, where something did. */
  end(error?: unknown): void
}

export interface SpanOptions {
  readonly kind?: 'server' | 'client' | 'internal' | 'consumer'
  readonly attributes?: Attributes
  /** A `traceparent` that came from outside; what is none is passed over. */
  readonly parent?: string | undefined
  /** When the work began, where that was before now. */
  readonly startedAt?: EpochMs
}

/** Tells a collector what is done and for how long. Parts ask it only where {@link isOn}. */
export interface Tracer {
  readonly isOn: boolean
  /** Of work that belongs to what is under way here. */
  begin(name: string, options?: SpanOptions): Span
  /** What is begun while `work` runs, and in whatever it waits for, belongs to the span. */
  within<Result>(span: Span, work: () => Result): Result
  /** Sends what is left. */
  stop(): Promise<void>
}

const NO_SPAN: Span = {
  traceparent: undefined,
  set: () => undefined,
  rename: () => undefined,
  end: () => undefined,
}

/** Traces nothing. */
export const NO_TRACER: Tracer = {
  isOn: false,
  begin: () => NO_SPAN,
  within: (_span, work) => work(),
  stop: () => Promise.resolve(),
}

/** Does some work as a span of its own. */
export async function traced<Result>(
  tracer: Tracer,
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<Result>,
): Promise<Result> {
  const span = tracer.begin(name, options)
  try {
    const result = await tracer.within(span, () => work(span))
    span.end()
    return result
  } catch (error) {
    span.end(error)
    throw error
  }
}
