import { DEAD_CLUSTER } from '../bootstrap.ts'
import { get, request, type Suite } from '../case.ts'

const HOST = 'retries.twin'
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
    { name: 'connection refused to the end', send: get(HOST, '/dead'), statuses: [503] },
  ],
}
