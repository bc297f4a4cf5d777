import { X509Certificate } from 'node:crypto'
import { type Fields, fields, text } from '../loose.ts'
import type { Subject } from '../subject.ts'

/** The certificate of a Secret that holds one and its key. */
export interface KeyPair {
  readonly certificate: X509Certificate
}

/** Names of the fields, as kubectl and as istioctl write them. */
const FIELDS = [
  ['tls.crt', 'tls.key'],
  ['cert', 'key'],
] as const

const known = new WeakMap<Subject, KeyPair | undefined>()

/** Undefined where a field is missing or empty, or the certificate is not PEM of X.509. */
export function keyPairOf(secret: Subject): KeyPair | undefined {
  if (!known.has(secret)) known.set(secret, readKeyPair(secret.body))
  return known.get(secret)
}

function readKeyPair(body: Fields): KeyPair | undefined {
  for (const [certificateField, keyField] of FIELDS) {
    const [pem, key] = [fieldText(body, certificateField), fieldText(body, keyField)]
    if (pem !== '' && key !== '') return parse(pem)
  }
  return undefined
}

/** `stringData` as it is, `data` in base64. */
function fieldText(body: Fields, name: string): string {
  const plain = text(fields(body.stringData)[name])
  return plain === '' ? Buffer.from(text(fields(body.data)[name]), 'base64').toString('latin1') : plain
}

function parse(pem: string): KeyPair | undefined {
  try {
    return { certificate: new X509Certificate(pem) }
  } catch {
    return undefined
  }
}
