import { type Analyzer, eachAlone } from '../analyzer.ts'
import { annotationFacts } from '../facts/istio-annotations.ts'
import { podFacts } from '../facts/pod-facts.ts'
import type { Subject } from '../subject.ts'
import { annotationPath } from './annotations.ts'

/** What the control plane and istio-cni write themselves, where no init container does the interception. */
const SET_BY_CNI: ReadonlySet<string> = new Set([
  'sidecar.istio.io/interceptionMode',
  'traffic.sidecar.istio.io/includeInboundPorts',
  'traffic.sidecar.istio.io/excludeInboundPorts',
  'traffic.sidecar.istio.io/includeOutboundIPRanges',
  'gateway.istio.io/controller-version',
])

/** What injection writes on every Pod. */
const SET_BY_INJECTION: ReadonlySet<string> = new Set(['sidecar.istio.io/status', 'istio.io/rev'])

export const alphaAnnotations: Analyzer = {
  name: 'maturity.AlphaAnalyzer',
  aliases: ['annotations.AlphaAnalyzer'],
  summary: 'annotations of features that Istio calls alpha',
  byDefault: false,
  analyze: eachAlone(['Namespace', 'Service', 'Pod', 'Deployment'], (subject, report) => {
    const byCni = subject.kind === 'Pod' && !isInitialised(subject)
    for (const name of Object.keys(subject.annotations)) {
      if (annotationFacts(name)?.status !== 'alpha' || SET_BY_INJECTION.has(name)) continue
      if (byCni && SET_BY_CNI.has(name)) continue
      report('IST0136', annotationPath(name), `annotation ${name} belongs to an alpha feature`)
    }
  }),
}

function isInitialised(pod: Subject): boolean {
  return podFacts(pod).initContainers.some(({ name }) => name === 'istio-init')
}
