import { describe, expect, it } from 'vitest'
import { decideInjection } from '../src/index.ts'

const INJECT = 'sidecar.istio.io/inject'

interface Case {
  readonly why: string
  readonly namespace?: string
  readonly namespaceLabels?: Record<string, string>
  readonly labels?: Record<string, string>
  readonly annotations?: Record<string, string>
  readonly hostNetwork?: boolean
  readonly byDefault?: boolean
  readonly inject: boolean
}

const cases: readonly Case[] = [
  { why: 'nothing is said, off by default', inject: false },
  { why: 'nothing is said, on by default', byDefault: true, inject: true },
  { why: 'the namespace is enabled', namespaceLabels: { 'istio-injection': 'enabled' }, inject: true },
  {
    why: 'a Pod opts out of an enabled namespace',
    namespaceLabels: { 'istio-injection': 'enabled' },
    labels: { [INJECT]: 'false' },
    inject: false,
  },
  {
    why: 'a Pod can not opt into a disabled namespace',
    namespaceLabels: { 'istio-injection': 'disabled' },
    labels: { [INJECT]: 'true' },
    byDefault: true,
    inject: false,
  },
  {
    why: 'istio-injection comes before istio.io/rev',
    namespaceLabels: { 'istio-injection': 'disabled', 'istio.io/rev': 'default' },
    inject: false,
  },
  { why: 'our revision', namespaceLabels: { 'istio.io/rev': 'default' }, inject: true },
  { why: 'the revision of another', namespaceLabels: { 'istio.io/rev': 'canary' }, byDefault: true, inject: false },
  { why: 'the Pod asks for our revision', labels: { 'istio.io/rev': 'default' }, inject: true },
  {
    why: 'the Pod asks for the revision of another',
    labels: { 'istio.io/rev': 'canary', [INJECT]: 'true' },
    byDefault: true,
    inject: false,
  },
  { why: 'a Pod opts in', labels: { [INJECT]: 'true' }, inject: true },
  { why: 'an annotation opts out', annotations: { [INJECT]: 'false' }, byDefault: true, inject: false },
  {
    why: 'the label comes before the annotation',
    labels: { [INJECT]: 'true' },
    annotations: { [INJECT]: 'false' },
    inject: true,
  },
  { why: 'a word that is neither is as if it were not there', labels: { [INJECT]: 'yes' }, inject: false },
  { why: 'the same with injection by default', labels: { [INJECT]: 'no' }, byDefault: true, inject: true },
  { why: 'the network of the host', hostNetwork: true, byDefault: true, inject: false },
  { why: 'a namespace of Kubernetes', namespace: 'kube-system', byDefault: true, inject: false },
]

describe('decideInjection', () => {
  it.each(cases)('$why: $inject', (given) => {
    const { namespace = 'default', labels, annotations, namespaceLabels = {}, byDefault = false, hostNetwork } = given
    const policy = { byDefault, revision: 'default' }
    const decision = decideInjection({ namespace, labels, annotations }, { hostNetwork }, namespaceLabels, policy)
    expect(decision.inject).toBe(given.inject)
    expect(decision.reason).not.toBe('')
  })

  it('names the label that decided', () => {
    const policy = { byDefault: true, revision: 'default' }
    const decision = decideInjection({ labels: { [INJECT]: 'false' } }, {}, {}, policy)
    expect(decision.reason).toBe('label sidecar.istio.io/inject is false')
  })
})
