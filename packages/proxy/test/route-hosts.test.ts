import { MizzenError } from '@mizzen/base'
import { describe, expect, it } from 'vitest'
import { compileRoutes } from '../src/route/route-table.ts'
import { makeExchange } from './make-exchange.ts'
import { makeRoutes } from './make-routes.ts'

const route = { match: { prefix: '/' }, route: { cluster: 'c' } }

function hostsOf(domains: Readonly<Record<string, readonly string[]>>, config: object = {}) {
  const virtual_hosts = Object.entries(domains).map(([name, list]) => ({ name, domains: list, routes: [route] }))
  const table = compileRoutes(makeRoutes({ name: 'r', virtual_hosts, ...config }), () => 0)
  return (authority: string) => {
    const exchange = makeExchange({ authority })
    table.match(exchange)
    return exchange.virtualHostName
  }
}

describe('virtual hosts', () => {
  const find = hostsOf({
    exact: ['www.example.com', 'API.example.com:8080'],
    suffix: ['*.example.com'],
    longer: ['*.deep.example.com', '*-x.deep.example.com'],
    prefix: ['www.*', 'www.exam*'],
    any: ['*'],
  })

  it.each([
    ['www.example.com', 'exact'],
    ['WWW.Example.COM', 'exact'],
    ['api.example.com:8080', 'exact'],
    ['a.example.com', 'suffix'],
    ['a.b.example.com', 'suffix'],
    ['a.deep.example.com', 'longer'],
    ['a-x.deep.example.com', 'longer'],
    ['.example.com', 'any'],
    ['www.other.org', 'prefix'],
    ['www.', 'any'],
    ['other.org', 'any'],
    ['www.example.com:80', 'prefix'],
    ['', 'any'],
  ])('%s belongs to %s', (authority, expected) => {
    expect(find(authority)).toBe(expected)
  })

  it('prefers a suffix to a prefix', () => {
    expect(hostsOf({ prefix: ['www.*'], suffix: ['*.com'] })('www.a.com')).toBe('suffix')
  })

  it('looks past the port only when told to', () => {
    expect(hostsOf({ a: ['a.com'] })('a.com:81')).toBe('')
    expect(hostsOf({ a: ['a.com'] }, { ignore_port_in_host_matching: true })('a.com:81')).toBe('a')
    expect(hostsOf({ a: ['[::1]'] }, { ignore_port_in_host_matching: true })('[::1]')).toBe('a')
  })

  it('matches nothing without a host', () => {
    const exchange = makeExchange({ authority: 'b.com' })
    const table = compileRoutes(
      makeRoutes({ virtual_hosts: [{ name: 'a', domains: ['a.com'], routes: [route] }] }),
      () => 0,
    )
    expect(table.match(exchange)).toBeNull()
    expect(exchange.route).toBeNull()
  })

  it('refuses a domain that is given twice, naming it', () => {
    const compile = () => hostsOf({ a: ['a.com'], b: ['b.com', 'A.com'] })
    expect(compile).toThrow(MizzenError)
    expect(compile).toThrow(expect.objectContaining({ code: 'bad-route', path: 'virtual_hosts[1].domains[1]' }))
  })
})
