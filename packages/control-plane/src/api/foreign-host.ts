import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { MizzenError } from '@mizzen/base'

/**
 * Refuses requests that a web page made a browser send: those for a host name that somebody made point to this machine
 * (DNS rebinding), and those that come from another site's page. Addresses and `localhost` can't be rebound.
 * Throws MizzenError `forbidden`.
 */
export function checkHost(headers: IncomingHttpHeaders): void {
  const name = hostName(`http://${headers.host ?? ''}`)
  if (!isLocalName(name))
    throw new MizzenError('forbidden', `this API does not answer for host ${JSON.stringify(name)}`)
  const { origin } = headers
  if (origin !== undefined && !isLocalName(hostName(origin))) {
    throw new MizzenError('forbidden', `this API does not answer pages of ${JSON.stringify(origin)}`)
  }
}

function isLocalName(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || isIP(name) !== 0
}

function hostName(url: string): string {
  if (!URL.canParse(url)) return ''
  return new URL(url).hostname.replace(/^\[|\]$/g, '')
}
