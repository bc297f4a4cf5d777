import type { Report } from '../schema/check-shape.ts'
import { refuse } from './findings.ts'
import { fqdnFault } from './hosts.ts'
import { isIpAddress } from './ip-address.ts'

/** `host:port`, `1.2.3.4:port` or `[::1]:port`. */
function isHostPort(text: string): boolean {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? []
  const host = bracketed ?? plain
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535) return false
  return isIpAddress(host) || (bracketed === undefined && fqdnFault(host) === undefined)
}

export function checkHostPort(text: string | undefined, path: string, report: Report): void {
  if (text === undefined || text === '' || isHostPort(text)) return
  refuse(report, 'bad-address', path, `"${text}" is not HOST:PORT`)
}
