/** What a client that wants OpenMetrics is answered with. https://prometheus.io/docs/specs/om/open_metrics_spec/ */
export const OPEN_METRICS_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

/** Whether a client's `Accept` asks for OpenMetrics, as Prometheus does. */
export function wantsOpenMetrics(accept: string | undefined): boolean {
  return accept?.includes('application/openmetrics-text') === true
}

/**
 * Prometheus' text format 0.0.4 as OpenMetrics, without `# EOF`: families of counters lose their `_total`, and counters
 * that have none are of unknown type.
 */
export function toOpenMetrics(text: string): string {
  const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]))
  const family = (name: string) => (types.get(name) === 'counter' ? name.replace(/_total$/, '') : name)
  const typeOf = (name: string, type: string) =>
    type === 'untyped' || (type === 'counter' && !name.endsWith('_total')) ? 'unknown' : type
  return text
    .replace(/^# HELP (\S+)/gm, (_, name: string) => `# HELP ${family(name)}`)
    .replace(
      /^# TYPE (\S+) (\S+)$/gm,
      (_, name: string, type: string) => `# TYPE ${family(name)} ${typeOf(name, type)}`,
    )
    .replace(/^\n/gm, '')
}
