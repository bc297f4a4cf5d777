/** One HTTP/1.1 message as it was on the wire, taken apart no further than comparing needs. Text is latin1. */
export interface HttpMessage {
  /** Request line or status line. */
  readonly startLine: string
  /** In order, names in lower case. */
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
  /** How the end of the body was told. */
  readonly framing: 'none' | 'length' | 'chunked' | 'close'
  readonly trailers: readonly (readonly [string, string])[]
}

export interface ParsedMessage {
  readonly message: HttpMessage
  /** Bytes after it. */
  readonly rest: string
}

export interface ParseOptions {
  readonly kind: 'request' | 'response'
  /** The response to a HEAD: its content-length tells of a body that does not follow. */
  readonly headOnly?: boolean
  /** The peer closed: what is there is all there will be. */
  readonly ended?: boolean
}

/** @returns the first message in `bytes`, or undefined while it is not complete */
export function parseMessage(bytes: string, options: ParseOptions): ParsedMessage | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd === -1) return undefined
  const [startLine = '', ...lines] = bytes.slice(0, headEnd).split('\r\n')
  const head = { startLine, headers: lines.map(field) }
  const after = bytes.slice(headEnd + 4)
  const value = (name: string) => head.headers.find(([own]) => own === name)?.[1]
  const whole = (message: Omit<HttpMessage, 'startLine' | 'headers'>, rest: string) => ({
    message: { ...head, ...message },
    rest,
  })

  const status = options.kind === 'response' ? Number(startLine.split(' ')[1]) : undefined
  if (options.headOnly || (status !== undefined && (status < 200 || status === 204 || status === 304))) {
    return whole({ body: '', framing: 'none', trailers: [] }, after)
  }
  if (value('transfer-encoding') !== undefined) {
    const chunked = parseChunks(after)
    return chunked && whole({ body: chunked.body, framing: 'chunked', trailers: chunked.trailers }, chunked.rest)
  }
  const length = value('content-length')
  if (length !== undefined) {
    if (after.length < Number(length)) return undefined
    return whole({ body: after.slice(0, Number(length)), framing: 'length', trailers: [] }, after.slice(Number(length)))
  }
  if (options.kind === 'request') return whole({ body: '', framing: 'none', trailers: [] }, after)
  return options.ended ? whole({ body: after, framing: 'close', trailers: [] }, '') : undefined
}

interface Chunks {
  readonly body: string
  readonly trailers: readonly (readonly [string, string])[]
  readonly rest: string
}

function parseChunks(bytes: string): Chunks | undefined {
  let body = ''
  let at = 0
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd === -1) return undefined
    const size = Number.parseInt(bytes.slice(at, lineEnd), 16)
    if (Number.isNaN(size)) throw new Error(`not a chunk size: ${JSON.stringify(bytes.slice(at, lineEnd))}`)
    at = lineEnd + 2
    if (size === 0) return parseTrailers(body, bytes.slice(at))
    if (bytes.length < at + size + 2) return undefined
    body += bytes.slice(at, at + size)
    at += size + 2
  }
}

function parseTrailers(body: string, bytes: string): Chunks | undefined {
  if (bytes.startsWith('\r\n')) return { body, trailers: [], rest: bytes.slice(2) }
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  return { body, trailers: bytes.slice(0, end).split('\r\n').map(field), rest: bytes.slice(end + 4) }
}

function field(line: string): readonly [string, string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
}
