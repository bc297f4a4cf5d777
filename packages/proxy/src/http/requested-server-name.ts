import { isIP } from 'node:net'
import type { Headers } from './headers.ts'

/**
 * The name by which a request asks for its server (Envoy: `auto_sni`).
 * @param header `:authority`, or the one that says so
 * @returns '' for IP addresses, and where there is no such header
 */
export function requestedServerName(headers: Headers, authority: string, header: string): string {
  const value = header === ':authority' ? authority : (headers.get(header) ?? '')
  const host = value.replace(/:\d+$/, '')
  return host.startsWith('[') || isIP(host) !== 0 ? '' : host
}
