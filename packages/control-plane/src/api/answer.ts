import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'

/** What a handler gives back: a whole body, or a function that writes it over time and ends the response itself. */
export interface Answer {
  readonly status: number
  readonly headers?: OutgoingHttpHeaders
  readonly body: string | ((response: ServerResponse) => void)
}

export function json(value: unknown, status = 200, headers: OutgoingHttpHeaders = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: `${JSON.stringify(value)}\n` }
}

export function text(body: string, contentType = 'text/plain; charset=utf-8', status = 200): Answer {
  return { status, headers: { 'content-type': contentType }, body }
}
