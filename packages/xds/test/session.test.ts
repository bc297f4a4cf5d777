import { describe, expect, it } from 'vitest'
import { CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE, type XdsResource } from '../src/index.ts'
import { heldBack, rejections, typeStatuses } from '../src/order/status.ts'
import { resource } from './memory-view.ts'
import { cluster, endpoints, listener, route, SessionScript } from './session-script.ts'

const WEB = listener('web', 'r')
const [CLUSTER_A, ENDPOINTS_A, ROUTE_R] = [...cluster('a'), route('r', 'a')] as [XdsResource, XdsResource, XdsResource]
const STANDARD = [CLUSTER_A, ENDPOINTS_A, ROUTE_R, WEB]

describe.each(['sotw', 'delta'] as const)('a session, %s', (mode) => {
  const gone = (...names: string[]) => (mode === 'delta' ? names.map((name) => ` -${name}`).join('') : '')

  it('is taken through a first configuration in order, and acknowledges no earlier than all is there', () => {
    const script = new SessionScript(mode, ...STANDARD)
    expect(script.ask(CLUSTER_TYPE)).toEqual(['Cluster a'])
    expect(script.ask(LISTENER_TYPE)).toEqual(['Listener web'])
    expect(script.ask(ROUTE_TYPE, 'r')).toEqual([])
    expect(script.ack(CLUSTER_TYPE)).toEqual([])
    expect(script.ask(ENDPOINT_TYPE, 'a')).toEqual(['ClusterLoadAssignment a'])
    expect(script.ack(LISTENER_TYPE)).toEqual([])
    expect(script.ack(ENDPOINT_TYPE)).toEqual(['RouteConfiguration r'])
    expect(script.session.ackedRevision).toBe(0)
    expect(script.ack(ROUTE_TYPE)).toEqual([])
    expect(script.session.ackedRevision).toBe(1)
  })

  it('makes before it breaks: new cluster, its endpoints, the route, and only then the old cluster goes', () => {
    const script = new SessionScript(mode, ...STANDARD).connect()
    const whole = mode === 'sotw' ? 'Cluster b a' : 'Cluster b'
    expect(script.set(...cluster('b'), route('r', 'b'), WEB)).toEqual([whole])
    expect(script.ack(CLUSTER_TYPE)).toEqual([])
    expect(script.ask(ENDPOINT_TYPE, 'b')).toEqual(['ClusterLoadAssignment b'])
    expect(script.ack(ENDPOINT_TYPE)).toEqual(['RouteConfiguration r'])
    expect(script.session.ackedRevision).toBe(1)
    expect(script.ack(ROUTE_TYPE)).toEqual([mode === 'sotw' ? 'Cluster b' : 'Cluster -a'])
    expect(script.session.ackedRevision).toBe(1)
    script.ack(CLUSTER_TYPE)
    if (mode === 'delta') expect(script.ack(ENDPOINT_TYPE)).toEqual([])
    expect(script.session.ackedRevision).toBe(2)
  })

  it('sends the changes of one revision in one response, and merges what comes while one is unanswered', () => {
    const script = new SessionScript(mode, ...STANDARD).connect()
    const two = [...cluster('b'), ...cluster('c')]
    expect(script.set(...STANDARD, ...two)).toEqual([mode === 'sotw' ? 'Cluster a b c' : 'Cluster b c'])
    expect(script.set(...STANDARD, ...two, ...cluster('d'))).toEqual([])
    expect(script.set(...STANDARD, ...two, ...cluster('d', 'again'))).toEqual([])
    expect(script.ack(CLUSTER_TYPE)).toEqual([mode === 'sotw' ? 'Cluster a b c d' : 'Cluster d'])
  })

  it('moves the acknowledged revision at once when there is nothing to send', () => {
    const script = new SessionScript(mode, ...STANDARD).connect()
    expect(script.session.ackedRevision).toBe(1)
    expect(script.set(...STANDARD)).toEqual([])
    expect(script.session.ackedRevision).toBe(2)
    expect(script.set(...STANDARD, route('nobody asked', 'a'))).toEqual([])
    expect(script.session.ackedRevision).toBe(3)
  })

  it('counts only what was acknowledged: an answer to the version before is not one to the newest', () => {
    const script = new SessionScript(mode, ...STANDARD).connect()
    script.set(...cluster('a', 'second'), route('r', 'a'), WEB)
    script.set(...cluster('a', 'third'), route('r', 'a'), WEB)
    script.ack(ENDPOINT_TYPE)
    expect(script.session.ackedRevision).toBe(1)
    script.ack(CLUSTER_TYPE)
    expect(script.session.ackedRevision).toBe(2)
    script.ack(ENDPOINT_TYPE)
    script.ack(CLUSTER_TYPE)
    expect(script.session.ackedRevision).toBe(3)
  })

  it('repeats the endpoints of a cluster that changes, before that is acknowledged', () => {
    const script = new SessionScript(mode, ...STANDARD).connect()
    const sent = script.set(...cluster('a', 'changed'), route('r', 'a'), WEB)
    expect(sent).toEqual(['Cluster a', 'ClusterLoadAssignment a'])
  })

  it('takes an answer with an old nonce for none, but heeds what it asks for', () => {
    const script = new SessionScript(mode, ...STANDARD, ...cluster('b'))
    script.connect()
    script.set(...STANDARD, endpoints('b', 'moved'), cluster('b')[0] as never)
    const stale = { typeUrl: ENDPOINT_TYPE, nonce: 'stale' }
    expect(script.request({ ...stale, names: ['a'], unsubscribe: ['b'] })).toEqual([])
    expect(script.session.holdings.types.get(ENDPOINT_TYPE)?.inFlight).toBeDefined()
    expect([...(script.session.holdings.types.get(ENDPOINT_TYPE)?.subscription.names ?? [])]).toEqual(['a'])
  })

  it('holds the route of a refused cluster at its last good version, and lets the rest flow', () => {
    const other = [...cluster('c'), listener('other', 's'), route('s', 'c')]
    const script = new SessionScript(mode, ...STANDARD, ...other).connect()
    script.set(
      ...cluster('a'),
      ...cluster('bad'),
      ...cluster('d'),
      route('r', 'bad'),
      WEB,
      ...other.slice(0, 3),
      route('s', 'd'),
    )
    expect(script.nack(CLUSTER_TYPE, 'Error adding cluster(s) bad: no good')).toEqual([])
    expect(script.ask(ENDPOINT_TYPE, 'd')).toEqual(['ClusterLoadAssignment d'])
    expect(script.ack(ENDPOINT_TYPE)).toEqual(['RouteConfiguration s'])
    script.ack(ROUTE_TYPE)
    expect(script.session.ackedRevision).toBe(1)
    expect(script.session.answeredRevision).toBe(2)
    expect(rejections(script.session.holdings)).toMatchObject([
      { typeUrl: CLUSTER_TYPE, resources: [{ name: 'bad' }], origins: ['Test/default/bad'] },
    ])
    expect(heldBack(script.session.holdings)).toMatchObject([
      { typeUrl: ROUTE_TYPE, name: 'r', waitsFor: { typeUrl: CLUSTER_TYPE, name: 'bad' } },
    ])
    expect(typeStatuses(script.session.holdings)[0]).toMatchObject({ typeUrl: CLUSTER_TYPE, state: 'NACKED' })
  })

  it('sends a first route with a gap rather than none, if the cluster in it is refused', () => {
    const script = new SessionScript(mode, ...cluster('a'), ...cluster('bad'), route('r', 'a', 'bad'), WEB)
    script.ask(CLUSTER_TYPE)
    script.nack(CLUSTER_TYPE, 'bad: no good')
    script.ask(ENDPOINT_TYPE, 'a')
    script.ack(ENDPOINT_TYPE)
    script.ask(LISTENER_TYPE)
    script.ack(LISTENER_TYPE)
    expect(script.ask(ROUTE_TYPE, 'r')).toEqual(['RouteConfiguration r'])
  })

  it('does not repeat what was refused, until it changes', () => {
    const script = new SessionScript(mode, ...STANDARD).connect()
    script.set(...cluster('a', 'bad'), route('r', 'a'), WEB)
    script.ack(ENDPOINT_TYPE)
    expect(script.nack(CLUSTER_TYPE, 'a: no good')).toEqual([])
    expect(script.set(...cluster('a', 'bad'), route('r', 'a'), WEB, ...cluster('b'))).toEqual([
      mode === 'sotw' ? 'Cluster a b' : 'Cluster b',
    ])
    expect(script.ack(CLUSTER_TYPE)).toEqual([])
    const repaired = script.set(...cluster('a', 'good'), route('r', 'a'), WEB, ...cluster('b'))
    expect(repaired[0]).toBe(mode === 'sotw' ? 'Cluster a b' : 'Cluster a')
    expect(rejections(script.session.holdings)).toHaveLength(1)
    script.ack(CLUSTER_TYPE)
    expect(rejections(script.session.holdings)).toEqual([])
  })

  it('finds the culprit of a refusal that names nothing by sending each by itself', () => {
    const script = new SessionScript(mode, ...STANDARD).connect()
    script.set(...STANDARD, ...cluster('b'), ...cluster('c'))
    expect(script.nack(CLUSTER_TYPE, 'something is wrong')).toEqual([mode === 'sotw' ? 'Cluster a b' : 'Cluster b'])
    expect(script.nack(CLUSTER_TYPE, 'something is wrong')).toEqual([mode === 'sotw' ? 'Cluster a c' : 'Cluster c'])
    expect(script.ack(CLUSTER_TYPE)).toEqual([])
    expect(rejections(script.session.holdings).map(({ resources }) => resources)).toEqual([
      [{ typeUrl: CLUSTER_TYPE, name: 'b' }],
    ])
  })

  it('repeats a removal that went down with others, of a cluster that the client may have from an earlier refusal', () => {
    const script = new SessionScript(mode, ...STANDARD).connect()
    script.set(...STANDARD, ...cluster('b'), ...cluster('bad'))
    expect(script.set(...STANDARD, ...cluster('c'), ...cluster('worse'))).toEqual([])
    const [next] = script.nack(CLUSTER_TYPE, 'something is wrong')
    expect(next).toBe(mode === 'sotw' ? 'Cluster a c worse' : 'Cluster c worse -b -bad')
    script.nack(CLUSTER_TYPE, 'something is wrong')
    expect(script.nack(CLUSTER_TYPE, 'something is wrong')).toEqual([
      mode === 'sotw' ? 'Cluster a worse' : 'Cluster worse -b -bad',
    ])
  })

  it('does not wait for what the view does not have', () => {
    const script = new SessionScript(mode, ...STANDARD).connect()
    expect(script.set(...cluster('a'), route('r', 'a', 'unknown'), WEB)).toEqual(['RouteConfiguration r'])
    script.ack(ROUTE_TYPE)
    expect(script.session.ackedRevision).toBe(2)
  })

  it('keeps a cluster that the view has dropped, as long as its own route names it, and waits for nothing', () => {
    const script = new SessionScript(mode, ...STANDARD).connect()
    expect(script.set(route('r', 'a'), WEB)).toEqual([])
    expect(script.session.ackedRevision).toBe(2)
    expect(script.set(route('r'), WEB)).toEqual(['RouteConfiguration r'])
    expect(script.ack(ROUTE_TYPE)).toEqual([`Cluster${gone('a')}`])
    expect(script.session.ackedRevision).toBe(2)
    script.ack(CLUSTER_TYPE)
    script.request({ typeUrl: ENDPOINT_TYPE, nonce: '', names: [], unsubscribe: ['a'] })
    expect(script.session.ackedRevision).toBe(3)
  })

  it('keeps a route that the view has dropped, as long as its own listener names it, and waits for nothing', () => {
    const script = new SessionScript(mode, ...STANDARD).connect()
    expect(script.set(WEB)).toEqual([])
    expect(script.session.ackedRevision).toBe(2)
  })

  it('does not count a removal that a route holds up which is itself about to go', () => {
    const script = new SessionScript(mode, ...STANDARD).connect()
    script.set(...cluster('a', 'bad'), ROUTE_R, WEB)
    script.ack(ENDPOINT_TYPE)
    script.nack(CLUSTER_TYPE, 'a: no good')
    expect(script.session.answeredRevision).toBe(2)
    const kept = mode === 'sotw' ? 'Cluster b a' : 'Cluster b'
    expect(script.set(...cluster('b'), route('s', 'b'), listener('web', 's'))).toEqual([kept, 'Listener web'])
    expect(script.session.ackedRevision).toBe(1)
    script.ack(LISTENER_TYPE)
    script.ask(ROUTE_TYPE, 's')
    script.ack(CLUSTER_TYPE)
    script.ask(ENDPOINT_TYPE, 'b')
    expect(script.ack(ENDPOINT_TYPE)).toEqual(['RouteConfiguration s'])
    expect(script.session.ackedRevision).toBe(1)
    const dropped = { names: ['s'], unsubscribe: ['r'] }
    const sent = script.request({ typeUrl: ROUTE_TYPE, nonce: script.nonce(ROUTE_TYPE), ...dropped })
    expect(sent).toEqual([mode === 'sotw' ? 'Cluster b' : 'Cluster -a'])
    expect(script.session.ackedRevision).toBe(1)
    script.ack(CLUSTER_TYPE)
    script.request({ typeUrl: ENDPOINT_TYPE, nonce: '', names: ['b'], unsubscribe: ['a'] })
    expect(script.session.ackedRevision).toBe(3)
  })

  it('takes nothing of a refusal that names nothing for being there, and a first listener goes with the gap', () => {
    const direct = resource(LISTENER_TYPE, 'direct', '', [{ typeUrl: CLUSTER_TYPE, name: 'a' }])
    const script = new SessionScript(mode, ...cluster('a'), ...cluster('bad'), direct)
    expect(script.ask(CLUSTER_TYPE)).toEqual(['Cluster a bad'])
    expect(script.ask(LISTENER_TYPE)).toEqual(['Listener'])
    expect(script.set(...cluster('a', 'bad as well'), ...cluster('b'), direct)).toEqual([])
    expect(script.nack(CLUSTER_TYPE, 'something is wrong')).toEqual([`Cluster a${gone('bad')}`])
    expect(script.ack(LISTENER_TYPE)).toEqual([])
    const [clusters, listeners] = script.nack(CLUSTER_TYPE, 'something is wrong')
    expect([clusters, listeners]).toEqual([mode === 'sotw' ? 'Cluster b' : 'Cluster b -bad', 'Listener direct'])
    script.ack(CLUSTER_TYPE)
    script.ack(LISTENER_TYPE)
    script.ask(ENDPOINT_TYPE, 'b')
    script.ack(ENDPOINT_TYPE)
    expect(script.session.ackedRevision).toBe(0)
    expect(script.session.answeredRevision).toBe(2)
  })

  it('acknowledges no revision whose version was refused, when that is gone before the client has it', () => {
    const script = new SessionScript(mode, ...STANDARD).connect()
    script.set(CLUSTER_A, endpoints('a', 'refused'), ROUTE_R, WEB)
    script.nack(ENDPOINT_TYPE, 'a: no such zone')
    script.set(...cluster('b'), route('r', 'b'), WEB)
    script.ack(CLUSTER_TYPE)
    expect(script.session.ackedRevision).toBe(1)
    script.ask(ENDPOINT_TYPE, 'b')
    script.ack(ENDPOINT_TYPE)
    script.ack(ROUTE_TYPE)
    script.ack(CLUSTER_TYPE)
    script.request({ typeUrl: ENDPOINT_TYPE, nonce: '', names: ['b'], unsubscribe: ['a'] })
    expect(script.session.ackedRevision).toBe(3)
  })

  it('gives up waiting for endpoints that the client does not ask for', () => {
    const script = new SessionScript(mode, ...STANDARD)
    script.ask(CLUSTER_TYPE)
    script.ack(CLUSTER_TYPE)
    script.ask(LISTENER_TYPE)
    script.ack(LISTENER_TYPE)
    expect(script.ask(ROUTE_TYPE, 'r')).toEqual([])
    expect(script.session.awaiting).toBe(true)
    expect(script.tick()).toEqual([])
    expect(script.tick()).toEqual(['RouteConfiguration r'])
    script.ack(ROUTE_TYPE)
    expect(script.session.awaiting).toBe(false)
    expect(script.session.ackedRevision).toBe(1)
  })

  it('answers a first request for everything even if there is nothing', () => {
    const script = new SessionScript(mode)
    expect(script.ask(CLUSTER_TYPE)).toEqual(['Cluster'])
    expect(script.ack(CLUSTER_TYPE)).toEqual([])
    expect(script.ask('type.googleapis.com/unknown.Type')).toEqual(['Type'])
    expect(script.ask(ENDPOINT_TYPE)).toEqual([])
  })

  it('serves a client that names its listeners, and asks for clusters last', () => {
    const script = new SessionScript(mode, ...STANDARD)
    expect(script.ask(LISTENER_TYPE, 'web')).toEqual(['Listener web'])
    script.ack(LISTENER_TYPE)
    expect(script.ask(ROUTE_TYPE, 'r')).toEqual(['RouteConfiguration r'])
    script.ack(ROUTE_TYPE)
    expect(script.ask(CLUSTER_TYPE, 'a')).toEqual(['Cluster a'])
    script.ack(CLUSTER_TYPE)
    expect(script.ask(ENDPOINT_TYPE, 'a')).toEqual(['ClusterLoadAssignment a'])
    script.ack(ENDPOINT_TYPE)
    expect(script.session.ackedRevision).toBe(1)
  })
})

describe('a state-of-the-world session', () => {
  const BOTH = [...STANDARD, ...cluster('b'), route('s', 'b'), listener('other', 's')]

  /** Both listeners have come to use one route, and the client still asks for the other, which is gone, with its cluster. */
  function leaveBehind(): SessionScript {
    const script = new SessionScript('sotw', ...BOTH).connect()
    script.set(...cluster('b'), route('s', 'b'), listener('other', 's'), listener('web', 's'))
    expect(script.ack(LISTENER_TYPE)).toEqual([])
    expect(script.session.ackedRevision).toBe(1)
    return script
  }

  it('removes the cluster of a route that is gone once the client stops asking for that, and counts no earlier', () => {
    const script = leaveBehind()
    expect(script.request({ typeUrl: ROUTE_TYPE, nonce: '', names: ['s'] })).toEqual(['Cluster b'])
    expect(script.session.ackedRevision).toBe(1)
    script.ack(CLUSTER_TYPE)
    expect(script.session.ackedRevision).toBe(2)
    script.request({ typeUrl: ENDPOINT_TYPE, nonce: '', names: ['b'] })
    expect(script.session.awaiting).toBe(false)
  })

  it('does not wait for ever for a client that goes on asking for what it needs no more', () => {
    const script = leaveBehind()
    expect(script.session.awaiting).toBe(true)
    expect(script.tick()).toEqual([])
    expect(script.session.ackedRevision).toBe(1)
    expect(script.tick()).toEqual([])
    expect(script.session.ackedRevision).toBe(2)
    expect(script.session.awaiting).toBe(false)
    expect(script.request({ typeUrl: ROUTE_TYPE, nonce: '', names: ['s'] })).toEqual(['Cluster b'])
  })
})

describe('a delta session', () => {
  const versions = (...resources: readonly { readonly name: string; readonly version: string }[]) =>
    new Map(resources.map(({ name, version }) => [name, version]))

  it('resumes without sending what the client has', () => {
    const script = new SessionScript('delta', ...STANDARD)
    const first = { nonce: '' }
    expect(script.request({ ...first, typeUrl: CLUSTER_TYPE, initialVersions: versions(CLUSTER_A) })).toEqual([
      'Cluster',
    ])
    expect(script.request({ ...first, typeUrl: LISTENER_TYPE, initialVersions: versions(WEB) })).toEqual(['Listener'])
    const named = [
      { ...first, typeUrl: ENDPOINT_TYPE, subscribe: ['a'], initialVersions: versions(ENDPOINTS_A) },
      { ...first, typeUrl: ROUTE_TYPE, subscribe: ['r'], initialVersions: versions(ROUTE_R) },
    ]
    for (const request of named) expect(script.request(request)).toEqual([])
    script.ack(CLUSTER_TYPE)
    script.ack(LISTENER_TYPE)
    expect(script.session.ackedRevision).toBe(1)
  })

  it.each(['first', 'last'])(
    'removes what a resumed client has too much only after its routes are known (clusters %s)',
    (when) => {
      const script = new SessionScript('delta', ...STANDARD)
      const [clusters, listeners, routes] = [
        { typeUrl: CLUSTER_TYPE, nonce: '', initialVersions: versions({ name: 'gone', version: '1' }) },
        { typeUrl: LISTENER_TYPE, nonce: '', initialVersions: versions(WEB) },
        { typeUrl: ROUTE_TYPE, nonce: '', subscribe: ['r'], initialVersions: versions({ name: 'r', version: '1' }) },
      ]
      const order = when === 'first' ? [clusters, listeners, routes] : [listeners, routes, clusters]
      expect(order.flatMap((request) => script.request(request)).sort()).toEqual(['Cluster a', 'Listener'])
      script.ack(LISTENER_TYPE)
      script.ack(CLUSTER_TYPE)
      script.ask(ENDPOINT_TYPE, 'a')
      expect(script.ack(ENDPOINT_TYPE)).toEqual(['RouteConfiguration r'])
      expect(script.ack(ROUTE_TYPE)).toEqual(['Cluster -gone'])
    },
  )

  it('knows what it resumed with when the view has that again, and holds nothing back for it', () => {
    const script = new SessionScript('delta', ...cluster('b'))
    script.request({ typeUrl: CLUSTER_TYPE, nonce: '', initialVersions: versions(CLUSTER_A) })
    script.set(...STANDARD)
    script.request({ typeUrl: ENDPOINT_TYPE, nonce: '', subscribe: ['a'], initialVersions: versions(ENDPOINTS_A) })
    expect(script.ask(LISTENER_TYPE)).toEqual(['Listener web'])
    script.ack(LISTENER_TYPE)
    expect(script.ask(ROUTE_TYPE, 'r')).toEqual(['RouteConfiguration r'])
  })

  it('answers each name that is asked for, again, and also if it does not exist', () => {
    const script = new SessionScript('delta', ...STANDARD).connect()
    expect(script.ask(ENDPOINT_TYPE, 'a')).toEqual(['ClusterLoadAssignment a'])
    script.ack(ENDPOINT_TYPE)
    expect(script.ask(ENDPOINT_TYPE, 'nowhere')).toEqual(['ClusterLoadAssignment -nowhere'])
    script.ack(ENDPOINT_TYPE)
    expect(script.set(...STANDARD, endpoints('nowhere'))).toEqual(['ClusterLoadAssignment nowhere'])
  })

  it('sends nothing more of what is unsubscribed, by name or as a whole', () => {
    const script = new SessionScript('delta', ...STANDARD).connect()
    script.request({ typeUrl: ENDPOINT_TYPE, nonce: '', unsubscribe: ['a'] })
    expect(script.set(...cluster('a'), endpoints('a', 'moved'), route('r', 'a'), WEB)).toEqual([])
    script.request({ typeUrl: CLUSTER_TYPE, nonce: '', unsubscribe: ['*'] })
    expect(script.set(...cluster('a', 'changed'), route('r', 'a'), WEB)).toEqual([])
    expect(script.ask(CLUSTER_TYPE, '*')).toEqual(['Cluster a'])
  })

  it('does not count a resource whose kind the proxy has not asked for', () => {
    const script = new SessionScript('delta', resource(CLUSTER_TYPE, 'plain'))
    script.ask(CLUSTER_TYPE)
    script.ack(CLUSTER_TYPE)
    expect(script.session.ackedRevision).toBe(0)
    script.ask(LISTENER_TYPE)
    script.ack(LISTENER_TYPE)
    expect(script.session.ackedRevision).toBe(1)
  })
})
