import type { PolicyTargetReference } from '../kinds/policy-target.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { refuse } from './findings.ts'
import { checkSelector } from './labels.ts'

/** How every policy says what it is for; at most one of them, which is the shape's to check. */
interface Selection {
  readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> }
  readonly targetRef?: PolicyTargetReference
  readonly targetRefs?: readonly PolicyTargetReference[]
}

/** `group/Kind` of what a policy can be attached to. */
const TARGETS = [
  '/Service',
  'networking.istio.io/ServiceEntry',
  'gateway.networking.k8s.io/Gateway',
  'gateway.networking.k8s.io/GatewayClass',
]

export function checkSelection({ selector, targetRef, targetRefs = [] }: Selection, report: Report): void {
  if (selector !== undefined) checkSelector(selector.matchLabels, 'spec.selector.matchLabels', report)
  if (targetRef !== undefined) {
    checkTargetNamespace(targetRef, 'spec.targetRef', report)
    checkTarget(targetRef, 'spec.targetRef', report)
  }
  checkTargetNamespaces(targetRefs, report)
  targetRefs.forEach((target, index) => {
    checkTarget(target, itemPath('spec.targetRefs', index), report)
  })
}

export function checkTargetNamespaces(targets: readonly PolicyTargetReference[] = [], report: Report): void {
  targets.forEach((target, index) => {
    checkTargetNamespace(target, itemPath('spec.targetRefs', index), report)
  })
}

function checkTargetNamespace({ namespace }: PolicyTargetReference, path: string, report: Report): void {
  if (!namespace) return
  const message = 'targets are in the namespace of the policy'
  refuse(report, 'conflict', `${path}.namespace`, message, 'remove the namespace')
}

function checkTarget({ group = '', kind }: PolicyTargetReference, path: string, report: Report): void {
  const wanted = `${group === 'core' ? '' : group}/${kind}`
  if (TARGETS.includes(wanted)) return
  const sameKind = TARGETS.find((target) => target.endsWith(`/${kind}`))
  const hint =
    sameKind === undefined
      ? 'a target is a Service, ServiceEntry, Gateway or GatewayClass'
      : `the group of ${kind} is "${sameKind.slice(0, sameKind.indexOf('/'))}"`
  refuse(report, 'bad-target', path, `a policy can't be attached to ${kind} of "${group}"`, hint)
}
