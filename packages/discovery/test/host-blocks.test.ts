import { toBinary } from '@bufbuild/protobuf'
import { piecesOf, wholeBody, type XdsResource } from '@mizzen/xds'
import { RouteConfigurationSchema } from '@mizzen/xds/gen/envoy/config/route/v3/route_pb.js'
import { expect, it } from 'vitest'
import { defaultOutboundRoute } from '../src/translate/default-route.ts'
import { routeResource } from '../src/translate/resource.ts'
import { type EncodedRoutes, encodeRoutes } from '../src/translate/route-list.ts'
import { encodeVirtualHost, routeConfiguration, virtualHost } from '../src/translate/virtual-host.ts'

const SETTINGS = routeConfiguration('http_proxy', [], false)

function routeTo(cluster: string) {
  return defaultOutboundRoute(cluster, 'route')
}

function host(index: number, cluster = `cluster-${index}`) {
  const name = `host-${index}`
  return encodeVirtualHost(name, [name], [encodeRoutes([routeTo(cluster)], []) as EncodedRoutes])
}

function hosts(count: number) {
  return Array.from({ length: count }, (_, index) => host(index))
}

function resource(of: readonly ReturnType<typeof host>[], before?: XdsResource): XdsResource {
  return routeResource(SETTINGS, of, [], [], before)
}

it.each([0, 1, 64, 65, 200])('the pieces of %i virtual hosts are the bytes of their route configuration', (count) => {
  const all = Array.from({ length: count }, (_, index) =>
    virtualHost(`host-${index}`, [`host-${index}`], [routeTo(`cluster-${index}`)]),
  )
  const whole = toBinary(RouteConfigurationSchema, routeConfiguration('http_proxy', all, false))
  const { body } = resource(hosts(count))
  expect(wholeBody(body)).toHaveLength(whole.length)
  // Fields stand in another order: virtual hosts come last.
  const head = toBinary(RouteConfigurationSchema, SETTINGS)
  const written = Buffer.concat([head, ...hosts(count).map(({ bytes }) => bytes)])
  expect(Buffer.compare(wholeBody(body), written)).toBe(0)
})

it('a virtual host that changes makes one piece anew', () => {
  const all = hosts(400)
  const before = resource(all)
  const after = resource(all.with(130, host(130, 'another')), before)
  const [old, now] = [piecesOf(before.body), piecesOf(after.body)]
  expect(now).toHaveLength(old.length)
  expect(now.filter((piece) => !old.includes(piece)).length).toBeLessThanOrEqual(2)
  expect(Buffer.compare(wholeBody(after.body), wholeBody(resource(all.with(130, host(130, 'another'))).body))).toBe(0)
  expect(after.version).not.toBe(before.version)
})

it('what came before does not show in the bytes, whatever came or went', () => {
  const all = hosts(300)
  const before = resource(all)
  for (const next of [all.slice(1), all.toSpliced(70, 3), [...all, host(999)], all.toReversed(), []]) {
    expect(Buffer.compare(wholeBody(resource(next, before).body), wholeBody(resource(next).body))).toBe(0)
  }
})
