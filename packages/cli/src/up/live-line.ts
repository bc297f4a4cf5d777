import type { VersionSignals } from '@mizzen/control-plane'

/** What each version of each called service does, as its callers see it, on one line of at most `width` characters. */
export function liveLine(signals: readonly VersionSignals[], width: number): string {
  const called = signals.filter(({ reporter, service }) => reporter === 'source' && service !== 'unknown')
  if (called.length === 0) return 'no requests yet'
  const full = joined(called, fullText)
  return full.length <= width ? full : clip(joined(called, shortText), width)
}

function joined(called: readonly VersionSignals[], text: (signals: VersionSignals) => string): string {
  const byService = Map.groupBy(called, ({ service }) => service)
  const parts = [...byService].map(
    ([service, versions]) => `${shortService(service)}  ${versions.map(text).join(' │ ')}`,
  )
  return parts.join(' ┃ ')
}

function fullText({ version, share, requestsPerSecond, errorRate, p50Ms, p99Ms }: VersionSignals): string {
  const latency = `p50 ${milliseconds(p50Ms)} p99 ${milliseconds(p99Ms)}`
  return `${version} ${percent(share, 0)} ${requestsPerSecond.toFixed(1)}/s ${percent(errorRate, 1)} errors ${latency}`
}

/** Two versions fit into 80 columns. */
function shortText({ version, share, requestsPerSecond, errorRate, p50Ms, p99Ms }: VersionSignals): string {
  const latency = `${milliseconds(p50Ms)}/${milliseconds(p99Ms)}`
  return `${version} ${percent(share, 0)} ${requestsPerSecond.toFixed(0)}/s ${percent(errorRate, 1)} err ${latency}`
}

/** `myapp` for `myapp.default.svc.cluster.local`, `myapp.shop` for other namespaces. */
function shortService(host: string): string {
  const [name = host, namespace, svc] = host.split('.')
  if (svc !== 'svc' || namespace === undefined) return host
  return namespace === 'default' ? name : `${name}.${namespace}`
}

function percent(part: number, digits: number): string {
  return `${(part * 100).toFixed(digits)}%`
}

function milliseconds(ms: number | null): string {
  if (ms === null) return '-'
  return `${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)}ms`
}

function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
}
