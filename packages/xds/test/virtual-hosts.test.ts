import { describe, expect, it } from 'vitest'
import { CLUSTER_TYPE, ENDPOINT_TYPE, VIRTUAL_HOST_TYPE } from '../src/index.ts'
import { decodeDeltaResponse, encodeHead } from '../src/wire/responses.ts'
import { resource } from './memory-view.ts'
import { cluster, listener, route, SessionScript } from './session-script.ts'

const WEB = listener('web', 'r')
const HOSTS = [route('r'), WEB]

function virtualHost(name: string, clusterName: string) {
  return resource(VIRTUAL_HOST_TYPE, name, '', [{ typeUrl: CLUSTER_TYPE, name: clusterName }])
}

/** Asks for these, acknowledges, and says of which the answer was that there are none. */
function unresolved({ session }: SessionScript, ...names: readonly string[]): readonly string[] | undefined {
  const request = { typeUrl: VIRTUAL_HOST_TYPE, nonce: '', error: undefined, subscribe: names, unsubscribe: [] }
  session.request(request, 0)
  const answer = session.take()
  if (answer !== undefined) session.request({ ...request, nonce: answer.nonce, subscribe: [] }, 0)
  return answer?.unresolved
}

describe('virtual hosts on demand', () => {
  it('are sent to those who ask, and to them alone', () => {
    const script = new SessionScript('delta', ...cluster('a'), ...HOSTS, virtualHost('r/x', 'a')).connect()
    expect(script.ask(VIRTUAL_HOST_TYPE)).toEqual([])
    expect(script.ask(VIRTUAL_HOST_TYPE, 'r/x')).toEqual(['VirtualHost r/x'])
    script.ack(VIRTUAL_HOST_TYPE)
    expect(script.set(...cluster('a'), ...HOSTS, virtualHost('r/x', 'a'), virtualHost('r/y', 'a'))).toEqual([])
  })

  it('wait for their clusters, and keep them', () => {
    const script = new SessionScript('delta', ...cluster('a'), ...HOSTS, virtualHost('r/x', 'a')).connect()
    script.ask(VIRTUAL_HOST_TYPE, 'r/x')
    script.ack(VIRTUAL_HOST_TYPE)
    expect(script.set(...cluster('b'), ...HOSTS, virtualHost('r/x', 'b'))).toEqual(['Cluster b'])
    script.ack(CLUSTER_TYPE)
    script.ask(ENDPOINT_TYPE, 'b')
    expect(script.ack(ENDPOINT_TYPE)).toEqual(['VirtualHost r/x'])
    expect(script.ack(VIRTUAL_HOST_TYPE)).toEqual(['Cluster -a'])
  })

  it('that are not there are said to be missing, once for each question, and removed where the client has them', () => {
    const script = new SessionScript('delta', ...cluster('a'), ...HOSTS, virtualHost('r/x', 'a')).connect()
    script.ask(VIRTUAL_HOST_TYPE, 'r/x')
    script.ack(VIRTUAL_HOST_TYPE)
    expect(unresolved(script, 'r/nobody')).toEqual(['r/nobody'])
    expect(unresolved(script, 'r/nobody')).toEqual(['r/nobody'])
    expect(script.set(...cluster('a'), ...HOSTS)).toContain('VirtualHost -r/x')
  })

  it('that are missing read as removals', () => {
    const head = { typeUrl: VIRTUAL_HOST_TYPE, version: '1', nonce: '1', removals: ['r/a'], unresolved: ['r/b'] }
    const read = decodeDeltaResponse(encodeHead('delta', head, 'test'))
    expect([...read.removals].sort()).toEqual(['r/a', 'r/b'])
    expect(read.resources).toEqual([])
  })
})
