import type { AdminResponse } from './http-server.ts'

export function textPage(body: string, status = 200): AdminResponse {
  return { status, contentType: 'text/plain; charset=UTF-8', body }
}

export function jsonPage(value: unknown): AdminResponse {
  return { status: 200, contentType: 'application/json', body: `${JSON.stringify(value, undefined, 1)}\n` }
}
