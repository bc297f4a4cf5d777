import { type Analyzer, eachAlone, eachOf } from '../analyzer.ts'
import { hasProxy, type PodFacts, PROXY_CONTAINER, podFacts, templateFacts } from '../facts/pod-facts.ts'
import { matchesExpressions, selects } from '../facts/selector.ts'
import { type Fields, items, text } from '../loose.ts'
import type { Derived } from '../mesh-index.ts'

export const imageAuto: Analyzer = {
  name: 'injection.ImageAutoAnalyzer',
  summary: 'proxies with `image: auto` that no injection replaces',
  analyze(mesh, report) {
    pods(mesh, report)
    deployments(mesh, report)
  },
}

/** Injection happens when a Pod is made: one that still says `auto` was not injected. */
const pods = eachAlone(['Pod'], (pod, report) => {
  if (hasAutoImage(podFacts(pod))) report('IST0147', '', `Pod ${pod.name} has a proxy with image: auto`)
})

const deployments = eachOf(['Deployment'], (deployment, report, mesh) => {
  const pod = templateFacts(deployment)
  if (!hasAutoImage(pod)) return
  const namespaceLabels = mesh.get('Namespace', '', deployment.namespace)?.labels ?? {}
  const isSelected = mesh
    .derived(injectionWebhooks)
    .some(
      ({ namespaceSelector, objectSelector }) =>
        matchesExpressions(namespaceSelector, namespaceLabels) && matchesExpressions(objectSelector, pod.labels),
    )
  // Something else may inject: then the Pods show it.
  const isReplaced = mesh
    .inNamespace('Pod', deployment.namespace)
    .some((one) => selects(pod.labels, one.labels) && hasProxy(podFacts(one)) && !hasAutoImage(podFacts(one)))
  if (!isSelected && !isReplaced)
    report(deployment, 'IST0146', '', `no injection webhook selects the Pods of ${deployment.name}`)
})

function hasAutoImage({ containers }: PodFacts): boolean {
  return containers.some(({ name, image }) => name === PROXY_CONTAINER && image === 'auto')
}

const injectionWebhooks: Derived<readonly Fields[]> = {
  build: (mesh) =>
    mesh
      .all('MutatingWebhookConfiguration')
      .flatMap(({ body }) => items(body.webhooks))
      .filter(({ name }) => text(name).endsWith('istio.io')),
}
