import { type Analyzer, eachOf } from '../analyzer.ts'
import { gatewayReference, MESH_GATEWAY } from '../facts/gateway-names.ts'
import { meshSettings } from '../facts/mesh-settings.ts'
import { selects } from '../facts/selector.ts'
import { selectWorkloads } from '../facts/workloads.ts'
import { at, fields, items, labelsIn, texts } from '../loose.ts'
import type { MeshIndex } from '../mesh-index.ts'
import { fullName, type Subject } from '../subject.ts'

export const jwtClaimRoutes: Analyzer = {
  name: 'virtualservice.JWTClaimRouteAnalyzer',
  summary: 'routes by claims of tokens at gateways that validate none',
  analyze: eachOf(['VirtualService'], (service, report, mesh) => {
    const claim = claimOf(service)
    if (claim === undefined) return
    for (const written of texts(service.spec.gateways)) {
      const { namespace, name } = gatewayReference(written, service.namespace)
      const gateway = written === MESH_GATEWAY ? undefined : mesh.get('Gateway', namespace, name)
      const pods = gateway === undefined ? [] : selectWorkloads(labelsIn(gateway.spec.selector), undefined, mesh)
      for (const pod of pods) {
        if (validatesTokens(pod.labels, pod.namespace, mesh)) continue
        const where = `Pod ${pod.subject.name} of Gateway ${fullName({ namespace, name })}`
        report(service, 'IST0149', '', `routes by ${claim}, and no RequestAuthentication is for ${where}`)
      }
    }
  }),
}

/** `@request.auth.claims.NAME` or `@request.auth.claims[NAME]…`, in any case. */
const CLAIM = /^@request\.auth\.claims(?:\..|\[.+\]$)/i

function claimOf({ spec }: Subject): string | undefined {
  for (const rule of items(spec.http)) {
    for (const { headers, withoutHeaders } of items(rule.match)) {
      const name = [...Object.keys(fields(headers)), ...Object.keys(fields(withoutHeaders))].find((one) =>
        CLAIM.test(one),
      )
      if (name !== undefined) return name
    }
  }
  return undefined
}

/** Those of the root namespace are for all. */
function validatesTokens(labels: Subject['labels'], namespace: string, mesh: MeshIndex): boolean {
  const { rootNamespace } = mesh.derived(meshSettings)
  return mesh
    .all('RequestAuthentication')
    .some(
      (one) =>
        (one.namespace === rootNamespace || one.namespace === namespace) &&
        selects(labelsIn(at(one.spec, 'selector', 'matchLabels')), labels),
    )
}
