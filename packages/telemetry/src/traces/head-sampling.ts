/**
 * Whether a trace is among the part `rate` (0 to 1) of all: by its id alone, so that all who are asked say the same of all its
 * spans. Rates nest: what is kept at 1 % is kept at 10 %.
 * The 56 random bits of the id against a threshold, as OpenTelemetry does:
 * https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
 *
 * @param traceId 32 hex digits
 */
export function isSampled(traceId: string, rate: number): boolean {
  // The first 52 of them are what a double holds exactly.
  return Number.parseInt(traceId.slice(18, 31), 16) / 2 ** 52 >= 1 - rate
}
