import type { Call } from '@mizzen/validation'

/** A request that a proxy has logged, and how many like it. */
export interface LoggedCall {
  readonly call: Call
  readonly count: number
}

/** Requests of one kind are one: a log has millions of lines, and few ways. */
const MAX_CALLS = 10_000

/**
 * The requests in an access log, as Istio's proxies write it: text in the default format, or JSON. Lines of another kind
 * are passed over. Most frequent first.
 */
export function accessLogCalls(text: string): readonly LoggedCall[] {
  const counts = new Map<string, number>()
  for (const line of text.split('\n')) {
    const call = line.trimStart().startsWith('{') ? jsonCall(line) : textCall(line)
    const key = call && JSON.stringify(call)
    if (key === undefined || (!counts.has(key) && counts.size >= MAX_CALLS)) continue
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return [...counts]
    .map(([key, count]) => ({ call: JSON.parse(key) as Call, count }))
    .sort((left, right) => right.count - left.count)
}

function jsonCall(line: string): Call | undefined {
  let entry: Readonly<Record<string, unknown>>
  try {
    entry = JSON.parse(line)
  } catch {
    return undefined
  }
  const field = (name: string) => (typeof entry[name] === 'string' ? (entry[name] as string) : '')
  return callOf({
    method: field('method'),
    isHttp: entry.protocol !== null && entry.protocol !== '-',
    path: field('path'),
    authority: field('authority'),
    local: field('downstream_local_address'),
    sni: field('requested_server_name'),
  })
}

/** Words, `"…"` and `[…]`, in the order of Envoy's default format with Istio's additions. */
const WORD = /"(?:[^"\\]|\\.)*"|\[[^\]]*\]|\S+/g
const POSITION = { request: 1, authority: 14, local: 18, sni: 20 }

function textCall(line: string): Call | undefined {
  const words = (line.match(WORD) ?? []).map((word) => word.replace(/^"|"$/g, ''))
  const [method = '', path = '', protocol] = (words[POSITION.request] ?? '').split(' ')
  const [authority = '', local = '', sni = ''] = [POSITION.authority, POSITION.local, POSITION.sni].map(
    (position) => words[position],
  )
  return callOf({ method, path, isHttp: protocol !== '-', authority, local, sni })
}

interface Logged {
  readonly method: string
  readonly path: string
  /** Otherwise a connection that was passed on as it is. */
  readonly isHttp: boolean
  readonly authority: string
  /** Where the client connected to: `address:port`. */
  readonly local: string
  readonly sni: string
}

function callOf({ method, path, isHttp, authority, local, sni }: Logged): Call | undefined {
  const port = Number(/:(\d+)$/.exec(local)?.[1])
  if (!(port > 0)) return undefined
  const secure = sni !== '' && sni !== '-'
  if (!isHttp) return { port, protocol: 'TCP', ...(secure && { tls: 'TLS', sni }) }
  if (!/^[A-Z]+$/.test(method) || !path.startsWith('/')) return undefined
  const [bare = '/'] = path.split('?')
  return { port, hostHeader: authority, path: bare, method, ...(secure && { tls: 'TLS', sni }) }
}
