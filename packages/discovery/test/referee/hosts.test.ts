import { describe, expect, it } from 'vitest'
import { parseClusterName } from '../../src/model/cluster-name.ts'
import {
  compareSpecificity,
  hostsForNamespace,
  hostsOverlap,
  intersectHosts,
  isSubsetOf,
  mostSpecificMatch,
  resolveShortName,
} from '../../src/model/host-name.ts'
import { parseProtocol, protocolOf } from '../../src/model/protocol.ts'
import { virtualHostDomains } from '../../src/model/virtual-host-domains.ts'
import { resolveGatewayName } from '../../src/model/virtual-service.ts'
import { casesOf, type Fields, listOf, refereeCases } from './referee-data.ts'

const hosts = refereeCases('hosts/cases.json')
const protocols = refereeCases('protocol/cases.json')

/** Each table of the referee by the function of ours that it speaks of. */
const TABLES: Readonly<Record<string, (fields: Fields) => void>> = {
  TestNameMatches: ({ a, b, out }) => expect(hostsOverlap(a ?? '', b ?? '')).toBe(out ?? false),
  BenchmarkNameMatch: ({ a, z, matches }) => expect(hostsOverlap(a, z)).toBe(matches ?? false),
  TestNameSubsetOf: ({ a, b, out }) => expect(isSubsetOf(a ?? '', b ?? '')).toBe(out ?? false),
  TestNamesIntersection: ({ a, b, intersection }) =>
    expect(intersectHosts(listOf(a), listOf(b)).sort()).toEqual(listOf(intersection).sort()),
  TestNamesForNamespace: ({ hosts: list, namespace, want }) =>
    expect(hostsForNamespace(list, namespace)).toEqual(listOf(want)),
  TestNamesSortOrder: ({ in: input, want }) => expect(listOf(input).sort(compareSpecificity)).toEqual(listOf(want)),
  TestMoreSpecific: ({ host1, host2, expected }) =>
    expect(compareSpecificity(host1, host2) < 0).toBe(expected ?? false),
  TestResolveShortnameToFQDN: ({ name, meta, out }) =>
    expect(resolveShortName(name ?? '', meta?.Namespace ?? '', meta?.Domain ?? '')).toBe(out ?? ''),
  TestMostSpecificHostMatch: ({ in: candidates, needle, want }) =>
    expect(mostSpecificMatch(needle, candidates) ?? '').toBe(want ?? ''),
  TestParseSubsetKey: ({ input, direction, subsetName, hostname, port }) =>
    expect(parseClusterName(input)).toEqual({ direction, port, subset: subsetName ?? '', host: hostname }),
  TestIsValidSubsetKey: ({ subsetkey, expectErr }) =>
    expect(parseClusterName(subsetkey) === undefined).toBe(expectErr ?? false),
  TestParseSubsetKeyHostname: ({ in: name, out }) => expect(parseClusterName(name ?? '')?.host ?? '').toBe(out ?? ''),
  '': ({ gateway, namespace, resolved }) => expect(resolveGatewayName(gateway, namespace)).toBe(resolved),
}

describe.skipIf(hosts.length === 0)('host names', () => {
  for (const [table, check] of Object.entries(TABLES)) {
    it.each(casesOf(hosts, table))(`${table} %s`, (_, fields) => check(fields))
  }
})

/** The proxy's address family decides there, which one machine does not have. */
const OTHER_FAMILIES = new Set([14, 15, 16].map((number) => `TestGenerateVirtualHostDomains/0${number}`))

describe.skipIf(hosts.length === 0)('domains of virtual hosts', () => {
  const cases = casesOf(hosts, 'TestGenerateVirtualHostDomains').filter(([id]) => !OTHER_FAMILIES.has(id))
  it.each(cases)('%s', (_, { service, node, want }) => {
    const headless = service.Resolution === 'model.Passthrough'
    const domains = virtualHostDomains({ hostname: service.Hostname, addresses: [], headless }, node.DNSDomain)
    expect(domains.sort()).toEqual([...want].sort())
  })
})

const SPELLINGS: Readonly<Record<string, string>> = { GRPCWeb: 'GRPC-Web', PROXY: 'HTTP_PROXY' }

describe.skipIf(protocols.length === 0)('protocols', () => {
  it.each(casesOf(protocols, 'TestConvertProtocol'))('%s', (_, fields) => {
    const { port = 0, name = '', portName, appProtocol, appProto, proto, out, expectedProto } = fields
    const transport = String(proto ?? '').replace('corev1.Protocol', '')
    const wordFor = expectedProto === undefined ? name : (portName ?? '')
    const wanted: string = out ?? expectedProto
    expect(protocolOf(port, wordFor, transport, appProtocol ?? appProto ?? undefined)).toBe(SPELLINGS[wanted] ?? wanted)
  })
  it.each(casesOf(protocols, 'TestParse'))('%s', (_, { name, out }) => {
    expect(parseProtocol(name ?? '')).toBe(SPELLINGS[out] ?? out)
  })
})
