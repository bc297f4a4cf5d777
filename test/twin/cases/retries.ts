import { DEAD_CLUSTER } from '../bootstrap.ts'
import { get, request, type Suite } from '../case.ts'

const HOST = 'retries.twin'
const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nyes'
const LAST = 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 3\r\n\r\nyes'
const UNAVAILABLE = 'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\n\r\nbusy'
const policy = (retry_on: string, num_retries: number) => ({
  retry_on,
  num_retries,
  retry_back_off: { base_interval: '0.001s', max_interval: '0.002s' },
})

/** Which failures are tried again, and how often. */
export const retries: Suite = {
  name: 'retries',
  virtualHost: {
    name: 'retries',
    domains: [HOST],
    routes: [
      { match: { prefix: '/5xx' }, route: { cluster: 'alpha', retry_policy: policy('5xx', 2) } },
      { match: { prefix: '/reset' }, route: { cluster: 'alpha', retry_policy: policy('reset', 1) } },
      {
        match: { prefix: '/codes' },
        route: {
          cluster: 'alpha',
          retry_policy: { ...policy('retriable-status-codes', 1), retriable_status_codes: [409] },
        },
      },
      { match: { prefix: '/dead' }, route: { cluster: DEAD_CLUSTER, retry_policy: policy('connect-failure', 2) } },
      { match: { prefix: '/' }, route: { cluster: 'alpha' } },
    ],
  },
  cases: [
    {
      name: 'none without a policy',
      send: get(HOST, '/'),
      upstream: [{ answer: UNAVAILABLE }],
      statuses: [503],
      reaches: ['alpha'],
    },
    {
      name: 'an error, then well',
      send: get(HOST, '/5xx'),
      upstream: [{ answer: UNAVAILABLE }],
      statuses: [200],
      reaches: ['alpha', 'alpha'],
    },
    {
      name: 'errors to the end',
      send: get(HOST, '/5xx'),
      upstream: [{ answer: UNAVAILABLE }, { answer: UNAVAILABLE }, { answer: UNAVAILABLE }],
      statuses: [503],
      reaches: ['alpha', 'alpha', 'alpha'],
    },
    {
      name: 'with a body',
      send: request(['POST /5xx HTTP/1.1', `host: ${HOST}`, 'content-length: 4'], 'body'),
      upstream: [{ answer: UNAVAILABLE }],
      statuses: [200],
      reaches: ['alpha', 'alpha'],
    },
    {
      name: 'a reset',
      send: get(HOST, '/reset'),
      upstream: [{ answer: null }],
      statuses: [200],
      reaches: ['alpha', 'alpha'],
    },
    {
      name: 'a listed status',
      send: get(HOST, '/codes'),
      upstream: [{ answer: 'HTTP/1.1 409 Conflict\r\ncontent-length: 0\r\n\r\n' }],
      statuses: [200],
    },
    {
      name: 'a status that is not listed',
      send: get(HOST, '/codes'),
      upstream: [{ answer: UNAVAILABLE }],
      statuses: [503],
      reaches: ['alpha'],
    },
    {
      name: 'a kept connection closes without an answer',
      send: [get(HOST, '/1'), get(HOST, '/2')],
      upstream: [{ answer: OK }, { answer: null }],
      statuses: [200, 503],
      reaches: ['alpha', 'alpha'],
      ours: {
        statuses: [200, 200],
        connection: 'open',
        reaches: ['alpha', 'alpha', 'alpha'],
        because:
          'RFC 9110 9.2.2: the upstream most likely closed an idle connection; what is idempotent is sent once more on ' +
          'another one, and nobody sees a 503 of our own making',
      },
    },
    {
      name: 'it does so twice',
      send: [get(HOST, '/1'), get(HOST, '/2')],
      upstream: [{ answer: OK }, { answer: null }, { answer: null }],
      statuses: [200, 503],
      ours: {
        statuses: [200, 503],
        connection: 'open',
        reaches: ['alpha', 'alpha', 'alpha'],
        because: 'once more, and not twice: the second connection is new',
      },
    },
    {
      name: 'a kept connection closes without an answer to a POST',
      send: [get(HOST, '/1'), request(['POST /2 HTTP/1.1', `host: ${HOST}`, 'content-length: 2'], 'hi')],
      upstream: [{ answer: OK }, { answer: null }],
      statuses: [200, 503],
      reaches: ['alpha', 'alpha'],
    },
    {
      name: 'a new connection closes without an answer',
      send: [get(HOST, '/1'), get(HOST, '/2')],
      upstream: [{ answer: LAST, thenClose: true }, { answer: null }],
      statuses: [200, 503],
      reaches: ['alpha', 'alpha'],
    },
    { name: 'connection refused to the end', send: get(HOST, '/dead'), statuses: [503] },
  ],
}
