import type { Span } from '@mizzen/control-plane'
import { milliseconds } from './figures.ts'

/** The spans of a trace, one a line, each below its parent; those that began first come first. */
export function traceTree(spans: readonly Span[]): readonly string[] {
  const ordered = spans.toSorted((a, b) => (a.timestamp ?? 0) - (b.timestamp ?? 0))
  const fromMicros = ordered.find(({ timestamp }) => timestamp !== undefined)?.timestamp ?? 0
  const children = Map.groupBy(ordered, (span) => parentOf(span, ordered))
  const lines: string[] = []
  const shown = new Set<Span>()
  const show = (span: Span, depth: number) => {
    if (shown.has(span)) return
    shown.add(span)
    lines.push(spanLine(span, depth, fromMicros))
    for (const child of children.get(span) ?? []) show(child, depth + 1)
  }
  for (const root of children.get(undefined) ?? []) show(root, 0)
  // Parents that go round in a circle have no root.
  for (const span of ordered) show(span, 0)
  return lines
}

/** Client and server may share an id: then the server's is below the client's, and what the server did is below it. */
function parentOf(span: Span, spans: readonly Span[]): Span | undefined {
  const wanted = span.shared === true ? span.id : span.parentId
  const candidates = spans.filter((other) => other !== span && other.id === wanted)
  const isServer = ({ shared }: Span) => shared === true
  return span.shared === true
    ? candidates.find((other) => !isServer(other))
    : (candidates.find(isServer) ?? candidates[0])
}

function spanLine(span: Span, depth: number, fromMicros: number): string {
  const { name, kind, timestamp, duration, localEndpoint, tags } = span
  const parts = [
    `${'  '.repeat(Math.min(depth, 40))}${localEndpoint?.serviceName ?? '?'}`,
    name || '?',
    ...(kind === undefined ? [] : [kind.toLowerCase()]),
    duration === undefined ? '-' : milliseconds(duration / 1_000),
    ...(timestamp === undefined ? [] : [`+${milliseconds((timestamp - fromMicros) / 1_000)}`]),
    ...['http.status_code', 'http.response.status_code', 'response_flags', 'error'].flatMap((tag) => {
      const value = tags[tag]
      return value === undefined || value === '-' ? [] : [`${tag}=${value}`]
    }),
  ]
  return parts.join('  ').replace(/[\x00-\x1f\x7f-\x9f]/g, '�')
}
