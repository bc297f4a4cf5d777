import { MizzenError } from '@mizzen/base'
import type { Call } from '@mizzen/validation'

export interface CallOptions {
  /** Method of a call that is given as a URL; GET by default. */
  readonly request?: string
  /** Headers of a call that is given as a URL, as `Name: value`. */
  readonly header?: readonly string[]
}

/** Reads CALL: a JSON object, or a URL with curl's `-X` and `-H`. Throws MizzenError `usage`. */
export function parseCall(text: string, options: CallOptions = {}): Call {
  if (text.trimStart().startsWith('{')) return parseJson(text, '--call') as Call
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new MizzenError('usage', `--call is neither JSON nor an HTTP URL: ${JSON.stringify(text)}`)
  }
  const headers = new Map((options.header ?? []).map(parseHeader))
  const hostHeader = headers.get('host') ?? url.host
  headers.delete('host')
  const secure = url.protocol === 'https:'
  return {
    port: Number(url.port) || (secure ? 443 : 80),
    protocol: 'HTTP',
    tls: secure ? 'TLS' : 'Plaintext',
    hostHeader,
    path: url.pathname + url.search,
    method: options.request ?? 'GET',
    headers: Object.fromEntries(headers),
  }
}

/** Reads the text of `--calls FILE`: a JSON array of calls. Throws MizzenError `usage`. */
export function parseCalls(text: string, file: string): readonly Call[] {
  const calls = parseJson(text, file)
  if (Array.isArray(calls)) return calls as readonly Call[]
  throw new MizzenError('usage', `${file} must hold a JSON array of calls`)
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new MizzenError('usage', `${what} is not JSON: ${(error as Error).message}`, { cause: error })
  }
}

function parseHeader(text: string): readonly [string, string] {
  const colon = text.indexOf(':')
  if (colon <= 0) throw new MizzenError('usage', `-H ${JSON.stringify(text)} is not "Name: value"`)
  return [text.slice(0, colon).trim().toLowerCase(), text.slice(colon + 1).trim()]
}
