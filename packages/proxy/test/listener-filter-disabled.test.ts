import { MizzenError } from '@mizzen/base'
import { describe, expect, it } from 'vitest'
import { ConfigNode } from '../src/config/config-node.ts'
import { completeListener } from '../src/config/discovered-filters.ts'
import { readConnectionPredicate } from '../src/config/read-connection-predicate.ts'
import { readListenerFilter } from '../src/config/read-listener-filter.ts'
import { compilePredicate } from '../src/listener/connection-predicate.ts'
import { listener } from './worker-fixture.ts'

const read = (rule: unknown) => ConfigNode.read(rule, '', readConnectionPredicate)
const ports = (start: number, end: number) => ({ destination_port_range: { start, end } })

function holds(rule: unknown, localPort: number, localHost = '10.0.0.1'): boolean {
  return compilePredicate(read(rule))({ localHost, localPort })
}

/** What is said against a rule, with its place. */
function refusal(rule: unknown): string {
  try {
    read(rule)
  } catch (error) {
    if (error instanceof MizzenError) return `${error.path}: ${error.message}`
    throw error
  }
  return ''
}

describe('a predicate over connections', () => {
  it.each([
    [{ any_match: true }, [1, 79, 80, 89, 90]],
    [ports(80, 90), [80, 89]],
    [{ not_match: ports(80, 90) }, [1, 79, 90]],
    [{ or_match: { rules: [ports(0, 2), ports(90, 91)] } }, [1, 90]],
    [{ and_match: { rules: [ports(79, 90), { not_match: ports(80, 81) }] } }, [79, 89]],
    [ports(90, 80), []],
    [{ destination_port_range: {} }, []],
  ])('%j holds for some ports', (rule, expected) => {
    expect([1, 79, 80, 89, 90].filter((port) => holds(rule, port))).toEqual(expected)
  })

  it('knows no ports of Unix domain sockets', () => {
    expect(holds(ports(0, 10), 0, '/run/socket')).toBe(false)
    expect(holds(ports(0, 10), 0, '@abstract')).toBe(false)
    expect(holds({ any_match: true }, 0, '/run/socket')).toBe(true)
  })

  it.each([
    [{}, ': must have one of any_match, '],
    [{ any_match: true, not_match: { any_match: true } }, ': must have one of any_match, '],
    [{ any_match: false }, 'any_match: must be true'],
    [{ or_match: { rules: [{ any_match: true }] } }, 'or_match.rules: must have two rules or more'],
    [{ and_match: { rules: [{ any_match: true }, {}] } }, 'and_match.rules[1]: must have one of '],
    [{ not_match: { no_such: 1 } }, 'not_match: must have one of '],
  ])('%j is refused', (rule, message) => {
    expect(refusal(rule)).toContain(message)
  })
})

describe('a listener filter', () => {
  it('keeps what it is disabled for when its configuration comes by itself', () => {
    const [type, url] = ['envoy.extensions.filters.listener.http_inspector.v3.HttpInspector', 'type.googleapis.com/']
    const source = { config_source: { ads: {} }, type_urls: [url + type] }
    const entry = { name: 'late', config_discovery: source, filter_disabled: ports(80, 90) }
    const filter = ConfigNode.read(entry, '', readListenerFilter)
    const config = { ...listener('l', 0, { kind: 'rds', name: 'none' }), listenerFilters: [filter] }
    const { listenerFilters } = completeListener(config, new Map([['late', { '@type': url + type }]]))
    expect(listenerFilters).toEqual([
      { kind: 'http-inspector', disabledFor: { kind: 'destination-port', start: 80, end: 90 } },
    ])
  })
})
