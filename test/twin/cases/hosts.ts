import { get, request, type Suite } from '../case.ts'

/** Which virtual host takes a request. */
export const hosts: Suite = {
  name: 'hosts',
  virtualHost: {
    name: 'hosts',
    domains: ['exact.hosts.twin', '*.hosts.twin', 'prefix.*', 'port.twin:8080'],
    routes: [{ name: 'hosts', match: { prefix: '/' }, route: { cluster: 'alpha' } }],
  },
  cases: [
    { name: 'exact', send: get('exact.hosts.twin', '/'), statuses: [200] },
    { name: 'suffix wildcard', send: get('a.b.hosts.twin', '/'), statuses: [200] },
    { name: 'a wildcard is not empty', send: get('hosts.twin', '/'), statuses: [404] },
    { name: 'prefix wildcard', send: get('prefix.example', '/'), statuses: [200] },
    { name: 'case is not heeded', send: get('EXACT.Hosts.twin', '/'), statuses: [200] },
    { name: 'port is part of the name', send: get('port.twin:8080', '/'), statuses: [200] },
    { name: 'another port', send: get('port.twin:8081', '/'), statuses: [404] },
    { name: 'unknown', send: get('unknown.example', '/'), statuses: [404] },
    {
      name: 'absolute form goes before Host',
      send: request(['GET http://exact.hosts.twin/x?y HTTP/1.1', 'host: unknown.example']),
      statuses: [200],
    },
  ],
}
