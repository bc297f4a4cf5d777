import { get, request, type Suite } from '../case.ts'

const HOST = 'connections.twin'

/** Which connections live on, and in which order answers come. */
export const connections: Suite = {
  name: 'connections',
  virtualHost: {
    name: 'connections',
    domains: [HOST],
    routes: [{ match: { prefix: '/' }, route: { cluster: 'alpha' } }],
  },
  cases: [
    { name: 'kept alive', send: get(HOST, '/'), statuses: [200] },
    { name: 'close on request', send: get(HOST, '/', 'connection: close'), statuses: [200] },
    { name: 'pipelined', send: get(HOST, '/1') + get(HOST, '/2') + get(HOST, '/3'), statuses: [200, 200, 200] },
    {
      name: 'pipelined after a body',
      send: request(['POST /1 HTTP/1.1', `host: ${HOST}`, 'content-length: 3'], 'abc') + get(HOST, '/2'),
      statuses: [200, 200],
    },
    { name: 'empty lines before a request', send: `\r\n\r\n${get(HOST, '/')}`, statuses: [200] },
    { name: 'HTTP/1.0 is told to upgrade', send: request(['GET / HTTP/1.0', `host: ${HOST}`]), statuses: [426] },
    {
      name: 'upstream closes after its answer',
      send: get(HOST, '/1') + get(HOST, '/2'),
      upstream: [{ answer: 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 1\r\n\r\n1', thenClose: true }],
      statuses: [200, 200],
    },
    {
      name: 'upstream breaks off within its body',
      send: get(HOST, '/'),
      upstream: [{ answer: 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf', thenClose: true }],
      statuses: [],
    },
  ],
}
