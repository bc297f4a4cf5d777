import { type Analyzer, eachOf, type Report } from '../analyzer.ts'
import { keyPairOf } from '../facts/key-pair.ts'
import { selectWorkloads, type Workload } from '../facts/workloads.ts'
import { at, items, labelsIn, text } from '../loose.ts'
import type { MeshIndex } from '../mesh-index.ts'
import type { Subject } from '../subject.ts'
import { reportNoGatewayPods } from './gateway-ports.ts'

/** @param now milliseconds since 1970 */
export function gatewaySecrets(now: () => number): Analyzer {
  return {
    name: 'gateway.SecretAnalyzer',
    summary: 'Secrets of Gateways that do not exist, or hold no certificate that is valid',
    dated: true,
    analyze(mesh, report) {
      checkSecrets(mesh, report)
      for (const gateway of mesh.all('Gateway')) reportInvalid(gateway, now(), mesh, report)
    },
  }
}

const checkSecrets = eachOf(['Gateway'], (gateway, report, mesh) => {
  const selector = labelsIn(gateway.spec.selector)
  const pod = gatewayPod(gateway, mesh)
  if (pod === undefined) {
    reportNoGatewayPods(gateway, selector, report)
    return
  }
  for (const { path, name, secret } of credentials(gateway, pod.namespace, mesh)) {
    if (secret === undefined) {
      report(gateway, 'IST0101', path, `namespace ${pod.namespace}, where the Pods run, has no Secret ${name}`)
    } else if (keyPairOf(secret) === undefined) {
      report(gateway, 'IST0161', path, `Secret ${name} in namespace ${pod.namespace} holds no certificate with a key`)
    }
  }
})

function reportInvalid(gateway: Subject, now: number, mesh: MeshIndex, report: Report): void {
  const pod = gatewayPod(gateway, mesh)
  if (pod === undefined) return
  for (const { path, name, secret } of credentials(gateway, pod.namespace, mesh)) {
    const certificate = secret && keyPairOf(secret)?.certificate
    if (certificate === undefined) continue
    const { validFrom, validTo } = certificate
    if (Date.parse(validFrom) <= now && now <= Date.parse(validTo)) continue
    const message = `the certificate of Secret ${name} in namespace ${pod.namespace} is valid from ${validFrom} to ${validTo} only`
    report(gateway, 'IST0161', path, message)
  }
}

function gatewayPod(gateway: Subject, mesh: MeshIndex): Workload | undefined {
  return selectWorkloads(labelsIn(gateway.spec.selector), undefined, mesh)[0]
}

interface Credential {
  readonly path: string
  readonly name: string
  readonly secret: Subject | undefined
}

function credentials(gateway: Subject, namespace: string, mesh: MeshIndex): readonly Credential[] {
  return items(gateway.spec.servers).flatMap((server, index) => {
    const name = text(at(server, 'tls', 'credentialName'))
    const path = `spec.servers[${index}].tls.credentialName`
    return name === '' ? [] : [{ path, name, secret: findSecret(name, namespace, mesh) }]
  })
}

/** `name` in the namespace of the gateway's Pods, or `namespace/name`. */
function findSecret(name: string, namespace: string, mesh: MeshIndex): Subject | undefined {
  const [first = '', second] = name.split('/', 2)
  return second === undefined ? mesh.get('Secret', namespace, first) : mesh.get('Secret', first, second)
}
