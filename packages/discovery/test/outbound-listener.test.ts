import { normalise, type ServiceEntry, type VirtualService } from '@mizzen/api'
import { describe, expect, it } from 'vitest'
import type { L4Lookup } from '../src/model/l4-route.ts'
import { DEFAULT_MESH_SETTINGS } from '../src/model/mesh-settings.ts'
import { mergeOutbound, outboundPorts } from '../src/model/outbound-listener.ts'
import { type ServiceModel, serviceEntryModels } from '../src/model/service.ts'
import { maskedSubnet } from '../src/model/subnet.ts'
import { virtualServiceModel } from '../src/model/virtual-service.ts'

const NOBODY: L4Lookup = { serviceOf: () => undefined, policyOf: () => undefined }
const ISTIO = 'networking.istio.io/v1'

function service(host: string, protocol: string, addresses: readonly string[] = [], createdAt = ''): ServiceModel {
  const spec = { hosts: [host], addresses, ports: [{ number: 443, name: 'p', protocol }], resolution: 'DNS' }
  const metadata = { name: host.split('.')[0], creationTimestamp: createdAt }
  const entry = normalise({ apiVersion: ISTIO, kind: 'ServiceEntry', metadata, spec } as never) as ServiceEntry
  return serviceEntryModels(entry)[0]!
}

function rule(spec: object) {
  const object = { apiVersion: ISTIO, kind: 'VirtualService', metadata: { name: 'rule' }, spec }
  return virtualServiceModel(normalise(object as never) as VirtualService, DEFAULT_MESH_SETTINGS)
}

/** Each filter chain as `listener: names subnets → cluster`. */
function merged(services: readonly ServiceModel[], rules: readonly object[] = [], labels = {}): string[] {
  const client = { namespace: 'default', labels }
  const ports = services.flatMap((one) => outboundPorts(one, one.ports[0]!, rules.map(rule), client, NOBODY))
  return mergeOutbound(ports).flatMap(({ name, routeName, chains }) => [
    ...(routeName === '' ? [] : [`${name}: routes ${routeName}`]),
    ...chains.map(({ serverNames, subnets, target }) => {
      const asked = [...serverNames, ...subnets].join(' ')
      return `${name}: ${asked} → ${target.clusters.map((one) => one.name).join(' ')}`
    }),
  ])
}

describe('listeners for intercepted connections', () => {
  it('are for addresses where there are some, and else tell services apart by server name', () => {
    expect(
      merged([service('a.test', 'TLS', ['10.0.0.1']), service('b.test', 'TLS'), service('c.test', 'TLS')]),
    ).toEqual([
      '10.0.0.1_443:  → outbound|443||a.test',
      '0.0.0.0_443: b.test → outbound|443||b.test',
      '0.0.0.0_443: c.test → outbound|443||c.test',
    ])
  })

  it('give what two services want to the older', () => {
    const older = service('b.test', 'TCP', [], '2020-01-01T00:00:00Z')
    expect(merged([service('a.test', 'TCP', [], '2021-01-01T00:00:00Z'), older])).toEqual([
      '0.0.0.0_443:  → outbound|443||b.test',
    ])
    const ranges = [
      service('a.test', 'TCP', ['10.1.0.0/8', '10.2.0.0/8', '11.0.0.1/32']),
      service('b.test', 'TCP', ['10.9.9.9/8']),
    ]
    expect(merged(ranges)).toEqual([
      '11.0.0.1_443:  → outbound|443||a.test',
      '0.0.0.0_443: 10.2.0.0/8 → outbound|443||a.test',
    ])
  })

  it('carry HTTP beside the rest where it is not known what comes', () => {
    expect(merged([service('a.test', 'HTTP'), service('b.test', 'TCP')])).toEqual([
      '0.0.0.0_443: routes 443',
      '0.0.0.0_443:  → outbound|443||b.test',
    ])
  })

  it('follow TCP routes up to the first that takes all', () => {
    const to = (host: string) => ({ route: [{ destination: { host, port: { number: 1 } } }] })
    const tcp = [
      { match: [{ gateways: ['edge'] }], ...to('never.test') },
      { match: [{ sourceLabels: { app: 'other' } }], ...to('never.test') },
      { match: [{ destinationSubnets: ['10.0.0.0/8'] }], ...to('near.test') },
      { match: [{ port: 443, sourceLabels: { app: 'x' } }], ...to('all.test') },
      to('never.test'),
    ]
    expect(merged([service('a.test', 'TCP', ['10.0.0.1'])], [{ hosts: ['a.test'], tcp }], { app: 'x' })).toEqual([
      '10.0.0.1_443: 10.0.0.0/8 → outbound|1||near.test',
      '10.0.0.1_443:  → outbound|1||all.test',
    ])
  })
})

describe('a range of addresses', () => {
  it.each([
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['10.1.2.3', '10.1.2.3/32'],
    ['0.0.0.0/0', '255.1.1.1/0'],
    ['2001:DB8::1/32', '2001:db8:0:0:ffff::/32'],
    ['::1', '0:0:0:0:0:0:0:1/128'],
  ])('%s is also written %s', (one, other) => {
    expect(maskedSubnet(one)).toBe(maskedSubnet(other))
  })

  it('differs from another', () => {
    const all = ['10.0.0.0/8', '10.0.0.0/9', '11.0.0.0/8', '::/8', '100::/8', '::ffff:10.0.0.0/128', '10.0.0.0']
    expect(new Set(all.map(maskedSubnet)).size).toBe(all.length)
  })
})
