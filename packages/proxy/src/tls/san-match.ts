import type { SanMatch } from '../config/tls-model.ts'
import { maskIpAddress, parseIpAddress } from '../listener/ip-address.ts'
import { compileStringMatch } from '../route/string-match.ts'
import type { CertificateIdentity } from './certificate-identity.ts'

export type SanTest = (identity: CertificateIdentity) => boolean

/** envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher, compiled. Throws MizzenError `bad-regex` with `path`. */
export function compileSanMatch({ type, match }: SanMatch, path: string): SanTest {
  if (match.kind === 'exact' && type === 'dns')
    return ({ dnsSans }) => dnsSans.some((san) => dnsMatches(match.value, san))
  if (match.kind === 'exact' && type === 'ip') return ({ ipSans }) => ipSans.some((san) => sameIp(match.value, san))
  const test = compileStringMatch(match, path)
  return (identity) => sansOf(identity, type).some(test)
}

function sansOf(identity: CertificateIdentity, type: SanMatch['type']): readonly string[] {
  if (type === 'uri') return identity.uriSans
  if (type === 'dns') return identity.dnsSans
  return type === 'ip' ? identity.ipSans : identity.emailSans
}

/** RFC 6125 6.4.3: `*` stands for the whole left-most label, and for one label only. */
export function dnsMatches(name: string, san: string): boolean {
  const [wanted, offered] = [name.toLowerCase(), san.toLowerCase()]
  if (wanted === offered) return true
  if (!offered.startsWith('*.')) return false
  const dot = wanted.indexOf('.')
  return dot > 0 && offered.length > 2 && wanted.slice(dot) === offered.slice(1)
}

function sameIp(a: string, b: string): boolean {
  const [left, right] = [parseIpAddress(a), parseIpAddress(b)]
  if (left === undefined || right === undefined || left.bits !== right.bits) return false
  return maskIpAddress(left, left.bits) === maskIpAddress(right, right.bits)
}
