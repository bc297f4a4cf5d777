import { MizzenError } from '@mizzen/base'
import { writtenKind } from './analyzed-kind.ts'
import { type Code, isCode } from './codes/codes.ts'
import type { Subject } from './subject.ts'

/** One `--suppress CODE=KIND NAME[.NAMESPACE]`. */
export interface Suppression {
  readonly code: Code
  /** `Kind name.namespace` or `Kind name`; `*` stands for any text. */
  readonly resource: RegExp
}

/** A comma-separated list of codes, or `*`; as in Istio. */
const ANNOTATION = 'galley.istio.io/analyze-suppress'

/** Reads `IST0102=DestinationRule primary.default`. Throws MizzenError `usage`. */
export function parseSuppression(text: string): Suppression {
  const [code = '', resource = '', ...more] = text.split('=')
  const hint = 'write CODE=KIND NAME.NAMESPACE, as "IST0103=Pod *.testing"'
  if (resource === '' || more.length > 0) {
    throw new MizzenError('usage', `--suppress ${JSON.stringify(text)} is not CODE=RESOURCE`, { hint })
  }
  if (!isCode(code)) throw new MizzenError('usage', `--suppress: there is no code ${JSON.stringify(code)}`, { hint })
  return { code, resource: wildcard(resource.trim()) }
}

export function isSuppressed(subject: Subject, code: Code, suppressions: readonly Suppression[]): boolean {
  const annotation = subject.annotations[ANNOTATION]
  if (annotation !== undefined && suppressedCodes(annotation).has(code)) return true
  return suppressions.some((one) => one.code === code && namesOf(subject).some((name) => one.resource.test(name)))
}

function suppressedCodes(annotation: string): { has(code: string): boolean } {
  const codes = annotation.split(',').map((code) => code.trim())
  return codes.includes('*') ? { has: () => true } : new Set(codes)
}

/** istioctl writes `Kind name.namespace`; in its older words that was `Kind name namespace`. */
function namesOf({ kind, name, namespace }: Subject): readonly string[] {
  const plain = writtenKind(kind)
  return namespace === '' ? [`${plain} ${name}`] : [`${plain} ${name}.${namespace}`, `${plain} ${namespace}/${name}`]
}

function wildcard(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 'i')
}
