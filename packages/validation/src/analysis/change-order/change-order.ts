import { isDeepStrictEqual } from 'node:util'
import { writtenKind } from '../analyzed-kind.ts'
import { factsOf } from '../codes/codes.ts'
import { compareFindings, type Finding } from '../finding.ts'
import { fullName, type Subject } from '../subject.ts'
import { isSuppressed, type Suppression } from '../suppression.ts'
import { type Outage, outages } from './outages.ts'
import { safeOrder } from './safe-order.ts'

/**
 * Changes with which requests begin to fail until a later one is applied, each with an order in which they do not.
 * @param before all objects as they are
 * @param documents objects in the order in which they are applied; those that change nothing do not count
 */
export function analyzeChangeOrder(
  before: readonly Subject[],
  documents: readonly Subject[],
  suppressions: readonly Suppression[] = [],
): readonly Finding[] {
  const changes = realChanges(before, documents)
  const found = outages(before, changes)
  if (found.length === 0) return []
  const order = safeOrder(before, changes)
  const unavoidable = new Set(outages(before, order).map(({ key }) => key))
  return found
    .filter(({ from }) => !isSuppressed(from, 'MZN0108', suppressions))
    .map((outage) => findingOf(outage, unavoidable.has(outage.key) ? undefined : order))
    .sort(compareFindings)
}

function realChanges(before: readonly Subject[], documents: readonly Subject[]): readonly Subject[] {
  const present = new Map(before.map((subject) => [subject.key, subject]))
  return documents.filter((document) => {
    const old = present.get(document.key)
    present.set(document.key, document)
    return old === undefined || !isDeepStrictEqual(content(old), content(document))
  })
}

/** What an author writes. */
function content({ body, labels, annotations }: Subject): unknown {
  const { apiVersion: _, metadata: __, status: ___, ...rest } = body
  return { ...rest, labels, annotations }
}

function findingOf(outage: Outage, order: readonly Subject[] | undefined): Finding {
  const { from, through, until, service, reason } = outage
  const { name, severity } = factsOf('MZN0108')
  const keys = new Set([from, ...through, until, service].map(({ key }) => key))
  const advice =
    order === undefined
      ? 'no order of these changes avoids it: keep what is replaced under another name meanwhile'
      : `apply ${orderText(order.filter(({ key }) => keys.has(key)))}`
  const message = `from here until ${nameOf(until)} is applied, ${reason}, but ${nameOf(service)} sends requests there: they fail; ${advice}`
  return { code: 'MZN0108', name, severity, subject: from, path: '', message }
}

/** What comes twice has its old subsets the first time. */
function orderText(order: readonly Subject[]): string {
  const parts = order.map((subject, index) => {
    const comesAgain = order.slice(index + 1).some(({ key }) => key === subject.key)
    return `${nameOf(subject)}${comesAgain ? ' with its old subsets too' : ''}`
  })
  return parts.join(', then ')
}

function nameOf(subject: Subject): string {
  return `${writtenKind(subject.kind)} ${fullName(subject)}`
}
