import type { Ingress } from '../kinds/kubernetes/ingress.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { refuse } from './findings.ts'
import { wildcardFault } from './hosts.ts'
import { isIpAddress } from './ip-address.ts'

/** Kubernetes' rules (networking/v1, validation). */
export function checkIngress({ spec }: Ingress, report: Report): void {
  const { defaultBackend, rules = [] } = spec
  if (defaultBackend === undefined && rules.length === 0) {
    refuse(report, 'missing-field', 'spec.rules', 'an Ingress needs rules or defaultBackend')
  }
  checkBackend(defaultBackend, 'spec.defaultBackend', report)
  rules.forEach(({ host, http }, index) => {
    const path = itemPath('spec.rules', index)
    const fault = host ? hostFault(host) : undefined
    if (fault !== undefined) refuse(report, 'bad-host', `${path}.host`, fault)
    http?.paths.forEach((entry, position) => {
      const at = itemPath(`${path}.http.paths`, position)
      if (entry.pathType !== 'ImplementationSpecific' && !entry.path) {
        refuse(report, 'missing-field', `${at}.path`, `pathType ${entry.pathType} needs a path`)
      }
      checkBackend(entry.backend, `${at}.backend`, report)
    })
  })
}

function hostFault(host: string): string | undefined {
  if (isIpAddress(host)) return `"${host}" is an address, not a host`
  return wildcardFault(host)
}

function checkBackend(backend: Ingress['spec']['defaultBackend'], path: string, report: Report): void {
  if (backend === undefined) return
  if (!backend.service && !backend.resource) refuse(report, 'missing-field', path, 'needs service or resource')
  const { name, number } = backend.service?.port ?? {}
  if (backend.service && name === undefined && number === undefined) {
    refuse(report, 'missing-field', `${path}.service.port`, 'needs name or number')
  }
}
