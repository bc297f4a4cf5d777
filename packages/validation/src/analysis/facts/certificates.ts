import { X509Certificate } from 'node:crypto'
import { fields, text } from '../loose.ts'
import type { Subject } from '../subject.ts'

export interface FoundCertificate {
  /** Of the field that holds it. */
  readonly path: string
  readonly certificate: X509Certificate
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]{1,16384}-----END CERTIFICATE-----/g
/** Of one object: a bundle of roots holds some 150. */
const MAX_CERTIFICATES = 200

const known = new WeakMap<Subject, readonly FoundCertificate[]>()

/** Every certificate (PEM) in a Secret or ConfigMap, whatever the field is called: chains and roots end too. */
export function certificatesIn(subject: Subject): readonly FoundCertificate[] {
  const found = known.get(subject) ?? read(subject)
  known.set(subject, found)
  return found
}

function read({ kind, body }: Subject): readonly FoundCertificate[] {
  const plain = Object.entries(fields(kind === 'Secret' ? body.stringData : body.data))
  const encoded = kind === 'Secret' ? Object.entries(fields(body.data)) : []
  const texts = [
    ...plain.map(([name, value]) => ({
      path: fieldPath(kind === 'Secret' ? 'stringData' : 'data', name),
      pem: text(value),
    })),
    ...encoded.map(([name, value]) => ({ path: fieldPath('data', name), pem: decoded(text(value)) })),
  ]
  return texts
    .flatMap(({ path, pem }) => [...pem.matchAll(PEM)].map(([block]) => ({ path, block })))
    .slice(0, MAX_CERTIFICATES)
    .flatMap(({ path, block }) => {
      const certificate = parse(block)
      return certificate === undefined ? [] : [{ path, certificate }]
    })
}

/** Most Secrets hold no certificate, and base64 of `-----BEGIN` is known. */
function decoded(base64: string): string {
  return base64.includes('LS0tLS1CRUdJTi') ? Buffer.from(base64, 'base64').toString('latin1') : ''
}

function fieldPath(parent: string, name: string): string {
  return `${parent}[${JSON.stringify(name)}]`
}

function parse(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}
