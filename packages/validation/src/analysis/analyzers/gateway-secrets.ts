import { type Analyzer, eachOf } from '../analyzer.ts'
import { keyPairOf } from '../facts/key-pair.ts'
import { selectWorkloads } from '../facts/workloads.ts'
import { at, items, labelsIn, text } from '../loose.ts'
import type { MeshIndex } from '../mesh-index.ts'
import type { Subject } from '../subject.ts'
import { reportNoGatewayPods } from './gateway-ports.ts'

export const gatewaySecrets: Analyzer = {
  name: 'gateway.SecretAnalyzer',
  summary: 'Secrets of Gateways that do not exist, or hold no certificate',
  analyze: eachOf(['Gateway'], (gateway, report, mesh) => {
    const selector = labelsIn(gateway.spec.selector)
    const [pod] = selectWorkloads(selector, undefined, mesh)
    if (pod === undefined) {
      reportNoGatewayPods(gateway, selector, report)
      return
    }
    items(gateway.spec.servers).forEach((server, index) => {
      const name = text(at(server, 'tls', 'credentialName'))
      if (name === '') return
      const path = `spec.servers[${index}].tls.credentialName`
      const secret = findSecret(name, pod.namespace, mesh)
      if (secret === undefined) {
        report(gateway, 'IST0101', path, `namespace ${pod.namespace}, where the Pods run, has no Secret ${name}`)
      } else if (keyPairOf(secret) === undefined) {
        report(gateway, 'IST0161', path, `Secret ${name} in namespace ${pod.namespace} holds no certificate with a key`)
      }
    })
  }),
}

/** `name` in the namespace of the gateway's Pods, or `namespace/name`. */
function findSecret(name: string, namespace: string, mesh: MeshIndex): Subject | undefined {
  const [first = '', second] = name.split('/', 2)
  return second === undefined ? mesh.get('Secret', namespace, first) : mesh.get('Secret', first, second)
}
