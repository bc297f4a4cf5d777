import { isIP } from 'node:net'
import type { Headers } from './headers.ts'

/**
 * The name by which a request asks for its server (Envoy: `auto_sni`).
 * @param header `:authority`, or the one that says so; a request without it is asked by its authority
 * @returns '' for IP addresses
 */
export function requestedServerName(headers: Headers, authority: string, header: string): string {
  const value = header === ':authority' ? authority : headers.get(header) || authority
  const host = value.replace(/:\d+$/, '')
  return host.startsWith('[') || isIP(host) !== 0 ? '' : host
}
