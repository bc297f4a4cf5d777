import type { Report } from '../schema/check-shape.ts'
import { refuse, warn } from './findings.ts'

/** The members that a key of each type must have (RFC 7518, section 6; RFC 8037). */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
  oct: ['k'],
}
const BASE64URL = /^[A-Za-z0-9_-]+={0,2}$/

type Key = Readonly<Record<string, unknown>>

/** A JSON Web Key Set, or a single key (RFC 7517). Private keys are accepted and warned of: verifying needs none. */
export function checkJwks(jwks: string, path: string, report: Report): void {
  const keys = keysOf(jwks)
  if (keys === undefined) {
    const hint = 'write {"keys": [ … ]} (RFC 7517)'
    refuse(report, 'bad-jwks', path, 'not a JSON Web Key Set', hint)
    return
  }
  keys.forEach((key, index) => {
    const fault = keyFault(key)
    if (fault !== undefined) refuse(report, 'bad-jwks', path, `key ${index + 1} ${fault}`)
    else if (isPrivate(key)) {
      const hint = 'publish the public members alone, and replace the key'
      warn(report, 'private-key', path, `key ${index + 1} is a private key`, hint)
    }
  })
}

function keysOf(jwks: string): readonly Key[] | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(jwks)
  } catch {
    return undefined
  }
  if (!isKey(parsed)) return undefined
  const { keys } = parsed
  if (keys === undefined) return parsed.kty === undefined ? undefined : [parsed]
  return Array.isArray(keys) && keys.every(isKey) ? keys : undefined
}

function isKey(value: unknown): value is Key {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function keyFault(key: Key): string | undefined {
  const members = typeof key.kty === 'string' ? MEMBERS[key.kty] : undefined
  if (members === undefined) return `has no known type (kty: ${JSON.stringify(key.kty)})`
  const lacking = members.find((name) => typeof key[name] !== 'string' || key[name] === '')
  if (lacking !== undefined) return `has no "${lacking}"`
  const wrong = members.find((name) => name !== 'crv' && !BASE64URL.test(String(key[name])))
  return wrong === undefined ? undefined : `has a "${wrong}" that is not base64url`
}

/** `d` is the private exponent or scalar of every asymmetric type; a symmetric key is secret as a whole. */
function isPrivate(key: Key): boolean {
  return key.d !== undefined || key.kty === 'oct'
}
