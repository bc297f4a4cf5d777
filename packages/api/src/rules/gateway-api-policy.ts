import type { BackendTLSPolicy } from '../kinds/gateway-api/backend-tls-policy.ts'
import type { KubernetesTcpRoute, KubernetesTlsRoute, UdpRoute } from '../kinds/gateway-api/l4-routes.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { refuse } from './findings.ts'
import { checkBackendPort } from './gateway-api-route.ts'
import { spiffeFault } from './trust-domain.ts'

export function checkL4RouteKind({ spec }: KubernetesTcpRoute | KubernetesTlsRoute | UdpRoute, report: Report): void {
  spec.rules.forEach(({ backendRefs }, index) => {
    backendRefs.forEach((backend, position) => {
      checkBackendPort(backend, itemPath(`${itemPath('spec.rules', index)}.backendRefs`, position), report)
    })
  })
}

export function checkBackendTlsPolicy({ spec }: BackendTLSPolicy, report: Report): void {
  const { caCertificateRefs = [], wellKnownCACertificates, subjectAltNames = [] } = spec.validation
  const path = 'spec.validation'
  if (caCertificateRefs.length > 0 && wellKnownCACertificates !== undefined) {
    refuse(report, 'oneof', `${path}.wellKnownCACertificates`, 'roots come from one place: keep one of the two')
  }
  if (caCertificateRefs.length === 0 && wellKnownCACertificates === undefined) {
    refuse(
      report,
      'missing-field',
      `${path}.caCertificateRefs`,
      'needs roots',
      'add them, or wellKnownCACertificates: System',
    )
  }
  subjectAltNames.forEach(({ type, hostname, uri }, index) => {
    const at = itemPath(`${path}.subjectAltNames`, index)
    const [wanted, other] = type === 'URI' ? (['uri', 'hostname'] as const) : (['hostname', 'uri'] as const)
    const values = { hostname, uri }
    if (!values[wanted]) refuse(report, 'missing-field', `${at}.${wanted}`, `the type ${type} needs it`)
    if (values[other]) refuse(report, 'conflict', `${at}.${other}`, `the type ${type} does not have it`)
    const fault = uri?.startsWith('spiffe:') ? spiffeFault(uri) : undefined
    if (fault !== undefined) refuse(report, 'bad-spiffe-id', `${at}.uri`, fault)
  })
}
