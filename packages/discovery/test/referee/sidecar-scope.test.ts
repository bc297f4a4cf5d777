import { normalise, type Resource, type Sidecar, type VirtualService } from '@mizzen/api'
import { describe, expect, it } from 'vitest'
import { DEFAULT_MESH_SETTINGS } from '../../src/index.ts'
import { type EgressScope, leadsOf, seesRule, visiblePorts } from '../../src/model/egress-scope.ts'
import { parseProtocol } from '../../src/model/protocol.ts'
import type { ServiceModel } from '../../src/model/service.ts'
import { sidecarModel } from '../../src/model/sidecar.ts'
import { virtualServiceModel } from '../../src/model/virtual-service.ts'
import { parseExportTo } from '../../src/model/visibility.ts'
import { casesOf, type Fields, refereeCases } from './referee-data.ts'

const cases = refereeCases('traffic-tables/cases.json')
const ISTIO = 'networking.istio.io/v1'

function serviceOf({ Hostname, Attributes = {}, Ports }: Fields): ServiceModel {
  const { Name: name = '', Namespace: namespace = '' } = Attributes
  const ports = ((Ports ?? [{}]) as Fields[]).map(({ Name = '', Port = 0, Protocol = '' }) => {
    return { name: Name, number: Port, target: Port, protocol: parseProtocol(Protocol) }
  })
  return {
    ...{ hostname: Hostname, origin: { key: `${namespace}/${Hostname}`, name, namespace, createdAt: '' }, ports },
    ...{
      addresses: [],
      aliases: [],
      subnets: [],
      selector: undefined,
      headless: false,
      resolution: 'STATIC',
      labels: {},
    },
    visibility: parseExportTo(undefined, namespace),
  }
}

function scopeOf(config: Fields): EgressScope {
  const namespace: string = config?.Meta?.Namespace ?? 'mynamespace'
  const metadata = { name: 'sidecar', namespace }
  const object = normalise({ apiVersion: ISTIO, kind: 'Sidecar', metadata, spec: config?.Spec ?? {} } as Resource)
  return { key: 'k', namespace, labels: {}, sidecar: config ? sidecarModel(object as Sidecar) : undefined }
}

function ruleOf({ Meta, Spec }: Fields) {
  const metadata = { name: Meta.Name, namespace: Meta.Namespace ?? '' }
  const object = { apiVersion: ISTIO, kind: 'VirtualService', metadata, spec: Spec } as Resource
  return virtualServiceModel(object as VirtualService, { ...DEFAULT_MESH_SETTINGS, domain: '' })
}

function shown(service: ServiceModel, ports: ServiceModel['ports']): string {
  return `${service.origin.namespace}/${service.hostname} ${ports.map(({ number }) => number).join(',')}`
}

/** Destinations of TCP routes, which are not translated yet. */
const OF_TCP = new Set(['TestCreateSidecarScope/027'])

describe.skipIf(cases.length === 0)('services that a Sidecar leaves', () => {
  /** A hostname is one service here, whatever namespaces have it, and a service without ports is none. */
  const table = casesOf(cases, 'TestCreateSidecarScope').filter(([id, { services }]) => {
    const names = ((services ?? []) as Fields[]).map(({ Hostname }) => Hostname)
    return names.length > 0 && new Set(names).size === names.length && !OF_TCP.has(id)
  })
  it.each(table)('%s', (_, { sidecarConfig, services, virtualServices, expectedServices }) => {
    const scope = scopeOf(sidecarConfig)
    const rules = ((virtualServices ?? []) as Fields[]).map(ruleOf)
    const seen = (services as Fields[]).map(serviceOf).flatMap((service) => {
      const led = () =>
        rules
          .filter((rule) => seesRule(scope, rule))
          .flatMap((rule) => leadsOf(scope, rule).get(service.hostname) ?? [])
      const ports = visiblePorts(scope, service, led)
      return ports.length === 0 ? [] : [shown(service, ports)]
    })
    const expected = ((expectedServices ?? []) as Fields[]).map(serviceOf).map((one) => shown(one, one.ports))
    expect(seen.sort()).toEqual(expected.sort())
  })
})
