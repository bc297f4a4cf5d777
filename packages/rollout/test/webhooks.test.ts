/** Flagger's eight types of hooks: when they are called, with what, and what their answers do. */
import type { Canary, CanaryWebhook } from '@mizzen/api'
import { ManualClock, silentLogger } from '@mizzen/base'
import { describe, expect, it } from 'vitest'
import { initialState } from '../src/decide/state.ts'
import type { Post, WebhookResult } from '../src/index.ts'
import { sendAlert } from '../src/reconcile/alerts.ts'
import { Notices } from '../src/reconcile/notices.ts'
import { Webhooks } from '../src/reconcile/webhooks.ts'
import { Mesh } from './mesh.ts'
import { World } from './world.ts'

type Type = NonNullable<CanaryWebhook['type']>
type Answer = number | Error

const hookOf = (type: Type, more: Partial<CanaryWebhook> = {}): CanaryWebhook => ({
  name: type,
  url: `http://hooks/${type}`,
  type,
  ...more,
})

const canaryWith = (...webhooks: CanaryWebhook[]) =>
  ({ metadata: { name: 'myapp', namespace: 'shop' }, spec: { analysis: { webhooks } } }) as unknown as Canary

/** Answers as told; the last answer stands. */
function receiver(...answers: Answer[]) {
  const bodies: Record<string, unknown>[] = []
  const post: Post = async (_url, body) => {
    const answer = answers[Math.min(bodies.length, answers.length - 1)] as Answer
    bodies.push(body as Record<string, unknown>)
    if (answer instanceof Error) throw answer
    return { status: answer, body: answer === 200 ? '' : 'closed by ops' }
  }
  return { post, bodies }
}

const settle = () => new Promise((done) => setImmediate(done))
const PROGRESSING = { ...initialState('abc', 0), phase: 'Progressing' as const, weight: 20, step: 1 }

describe('what a hook is told', () => {
  it("is Flagger's document", async () => {
    const { post, bodies } = receiver(200)
    const canary = canaryWith(hookOf('rollout', { metadata: { cmd: 'hey' } }))
    new Webhooks(post).poll(canary, PROGRESSING, 0)
    await settle()
    expect(bodies).toEqual([
      {
        ...{ name: 'myapp', namespace: 'shop', phase: 'Progressing', checksum: 'abc', type: 'rollout' },
        ...{ canaryWeight: 20, metadata: { cmd: 'hey' } },
      },
    ])
  })

  it.each([
    ['Initializing', 'WaitingForGate', 'Waiting'],
    ['Paused', 'PausedByUser', 'Waiting'],
    ['Progressing', 'WaitingForPromotion', 'WaitingPromotion'],
    ['CleaningUp', 'Promoted', 'Finalising'],
    ['Promoted', 'Promoted', 'Succeeded'],
    ['RolledBack', 'JudgedWorse', 'Failed'],
  ] as const)('%s (%s) is %s', async (phase, code, says) => {
    const { post, bodies } = receiver(200)
    const notices = new Notices({ post, clock: new ManualClock(), logger: silentLogger })
    notices.event(canaryWith(hookOf('event')), { ...initialState('a', 0), phase, reason: { code, message: '' } }, 5)
    await settle()
    expect(bodies[0]).toMatchObject({ phase: says })
  })

  it('of an event is what happened, which its own metadata does not hide', async () => {
    const { post, bodies } = receiver(200)
    const notices = new Notices({ post, clock: new ManualClock(), logger: silentLogger })
    const reason = { code: 'JudgedWorse', message: '20 % fail' } as const
    const canary = canaryWith(hookOf('event', { metadata: { team: 'a', eventType: 'x' } }))
    notices.event(canary, { ...PROGRESSING, reason }, 1_578_607_635_167)
    await settle()
    expect(bodies[0]?.metadata).toEqual({
      ...{ team: 'a', eventType: 'Warning' },
      ...{ eventMessage: 'JudgedWorse: 20 % fail', timestamp: '1578607635167' },
    })
  })
})

describe('a hook that is asked', () => {
  const states = (hooks: Webhooks) => hooks.results.map(({ state, message }) => [state, message])

  it('is called again after two seconds while it says no, whatever the wall clock does', async () => {
    const { post, bodies } = receiver(403, new Error('connect ECONNREFUSED'), 200)
    const hooks = new Webhooks(post)
    const canary = canaryWith(hookOf('confirm-rollout'))
    const call = async (nowMs: number) => {
      hooks.call(canary, 'confirm-rollout', PROGRESSING, nowMs)
      await settle()
      return states(hooks)
    }
    expect(await call(0)).toEqual([['refused', 'it answered 403: closed by ops']])
    await call(1_999)
    expect(bodies).toHaveLength(1)
    expect(await call(2_000)).toEqual([['refused', "it can't be asked: connect ECONNREFUSED"]])
    expect(await call(4_000)).toEqual([['passed', '']])
    await call(60_000)
    expect(bodies).toHaveLength(3)
  })

  it('keeps its last answer until the next is here', async () => {
    let answer = (_status: number) => {}
    const post: Post = () => new Promise((resolve) => (answer = (status) => resolve({ status })))
    const hooks = new Webhooks(post)
    const canary = canaryWith(hookOf('confirm-promotion'))
    hooks.call(canary, 'confirm-promotion', PROGRESSING, 0)
    expect(states(hooks)).toEqual([['waiting', '']])
    answer(403)
    await settle()
    hooks.call(canary, 'confirm-promotion', PROGRESSING, 3_000)
    expect(states(hooks)).toEqual([['refused', 'it answered 403']])
  })

  it('fails for good after its retries, if it is one that may', async () => {
    const { post } = receiver(500)
    const hooks = new Webhooks(post)
    const canary = canaryWith(hookOf('rollout', { retries: 2 }), hookOf('rollback'))
    for (const nowMs of [0, 2_000, 4_000]) {
      hooks.poll(canary, PROGRESSING, nowMs)
      await settle()
    }
    expect(states(hooks).map(([state]) => state)).toEqual(['failed', 'refused'])
  })

  it('of the analysis is called again each interval, in the phases where it counts', async () => {
    const { post, bodies } = receiver(200)
    const hooks = new Webhooks(post)
    const canary = canaryWith(hookOf('rollout', { interval: '30s' }))
    for (const nowMs of [0, 29_000, 30_000, 59_000, 60_000]) {
      hooks.poll(canary, PROGRESSING, nowMs)
      await settle()
    }
    expect(bodies).toHaveLength(3)
    hooks.poll(canary, { ...PROGRESSING, phase: 'RolledBack' }, 100_000)
    expect(bodies).toHaveLength(3)
  })

  it('is asked anew in the next step if it is a gate, and in the next try whatever it is', async () => {
    const { post } = receiver(200)
    const hooks = new Webhooks(post)
    const canary = canaryWith(hookOf('rollout'), hookOf('confirm-traffic-increase'))
    hooks.enter(PROGRESSING)
    hooks.poll(canary, PROGRESSING, 0)
    hooks.call(canary, 'confirm-traffic-increase', PROGRESSING, 0)
    await settle()
    hooks.enter({ ...PROGRESSING, step: 2 })
    expect(hooks.results.map(({ type }) => type)).toEqual(['rollout'])
    hooks.enter({ ...PROGRESSING, beganAt: 1 })
    expect(hooks.results).toEqual([])
  })
})

describe('what its answer does', () => {
  const STEPS = [{ setWeight: 10 }, { pause: { duration: '3s' } }, { setWeight: 50 }, { pause: { duration: '3s' } }]
  const result = (type: string, state: WebhookResult['state'], message = ''): WebhookResult => ({
    ...{ name: type, type, state, message },
  })
  const worldWith = (hook: CanaryWebhook, more = {}) =>
    new World({ steps: STEPS, analysis: { webhooks: [hook] }, ...more })

  it('`rollout` holds the weight until it passes, and takes the canary back when it failed', () => {
    const world = worldWith(hookOf('rollout'))
    for (let look = 0; look < 20; look += 1) world.look()
    expect([world.weight, world.reason]).toEqual([10, 'WaitingForGate'])
    world.seen = { webhooks: [result('rollout', 'refused', 'it answered 500')] }
    for (let look = 0; look < 20; look += 1) world.look()
    expect([world.weight, world.state?.reason.message]).toEqual([10, 'rollout (rollout): it answered 500'])
    world.seen = { webhooks: [result('rollout', 'passed')] }
    while (world.weight < 50) world.look()
    world.seen = { webhooks: [result('rollout', 'failed', 'it answered 500')] }
    world.look()
    expect([world.weight, world.phase, world.reason]).toEqual([0, 'RollingBack', 'WebhookFailed'])
  })

  it.each(['abort', 'pause', 'lastGoodWeight'] as const)(
    '`rollback` takes it back, with onFailure %s too',
    (onFailure) => {
      const world = worldWith(hookOf('rollback'), { onFailure })
      world.seen = { webhooks: [result('rollback', 'refused', 'it answered 403')] }
      while (world.weight < 50) world.look()
      world.look(1000, 'pause')
      world.seen = { webhooks: [result('rollback', 'passed')] }
      world.look()
      expect([world.weight, world.phase, world.state?.reason.message]).toEqual([
        ...[0, 'RollingBack', 'rollback asks for a rollback'],
      ])
    },
  )

  it('a closed gate asks for an approval once in a step, or never if it is mute', () => {
    const asked = (world: World) => {
      world.seen = { webhooks: [result('confirm-traffic-increase', 'refused', 'it answered 403')] }
      for (let look = 0; look < 20; look += 1) world.look()
      expect([world.weight, world.reason]).toEqual([0, 'WaitingForGate'])
      return world.done.filter(({ kind }) => kind === 'alert')
    }
    const message = 'confirm-traffic-increase (confirm-traffic-increase) holds it: it answered 403'
    expect(asked(worldWith(hookOf('confirm-traffic-increase')))).toEqual([{ kind: 'alert', severity: 'warn', message }])
    expect(asked(worldWith(hookOf('confirm-traffic-increase', { muteAlert: true })))).toEqual([])
  })

  it('a gate that is closed stays closed when metrics were gone meanwhile', () => {
    const world = worldWith(hookOf('confirm-traffic-increase'))
    world.seen = { webhooks: [result('confirm-traffic-increase', 'passed')] }
    while (world.state?.step !== 1) world.look()
    world.seen = {}
    while (world.state?.reason.code !== 'WaitingForGate') world.look()
    const { judged } = world
    world.judged = null
    world.look()
    expect(world.reason).toBe('NoMetrics')
    world.judged = judged
    for (let look = 0; look < 20; look += 1) world.look()
    expect([world.weight, world.state?.step, world.reason]).toEqual([10, 2, 'WaitingForGate'])
  })

  it.each([
    ['promoted', 'Promoted', undefined],
    ['taken back', 'RolledBack', 'abort'],
  ] as const)('`post-rollout` is told once when it is %s', (_what, phase, command) => {
    const world = worldWith(hookOf('post-rollout'), { cleanUp: { scaleDownDelay: '1s' } })
    while (world.weight < 10) world.look()
    if (command !== undefined) world.look(1000, command)
    world.until(phase)
    for (let look = 0; look < 10; look += 1) world.look()
    const calls = world.done.filter((action) => action.kind === 'call-webhooks')
    expect([world.phase, calls]).toEqual([phase, [{ kind: 'call-webhooks', type: 'post-rollout' }]])
  })
})

describe('hooks that are told', () => {
  it('get everything in order, with retries, and a receiver that is down holds nobody', async () => {
    const clock = new ManualClock()
    const { post, bodies } = receiver(500, 500, 200)
    const notices = new Notices({ post, clock, logger: silentLogger })
    const canary = canaryWith(hookOf('event', { retries: 2 }))
    notices.event(canary, PROGRESSING, 1)
    notices.event(canary, { ...PROGRESSING, weight: 30 }, 2)
    for (let round = 0; round < 6; round += 1) {
      await settle()
      clock.advance(2_000)
    }
    expect(bodies.map(({ canaryWeight }) => canaryWeight)).toEqual([20, 20, 20, 30])
  })

  it('leave out what a receiver that never answers has no place for', async () => {
    let calls = 0
    const post: Post = () => {
      calls += 1
      return new Promise(() => {})
    }
    const warned: string[] = []
    const logger = { ...silentLogger, warn: (message: string) => void warned.push(message) }
    const notices = new Notices({ post, clock: new ManualClock(), logger })
    for (let index = 0; index < 150; index += 1) notices.event(canaryWith(hookOf('event')), PROGRESSING, index)
    await settle()
    expect([calls, warned.length]).toEqual([1, 50])
  })

  it('are called by a whole rollout: events, then the end', async () => {
    const webhooks = [hookOf('event'), hookOf('post-rollout'), hookOf('rollout'), hookOf('confirm-promotion')]
    const mesh = new Mesh(undefined, { analysis: { webhooks } })
    await mesh.start()
    await mesh.until('Promoted')
    await mesh.look()
    const told = new Set(mesh.posted.map((url) => url.replace('http://hooks/', '')))
    expect([...told].sort()).toEqual(['confirm-promotion', 'event', 'post-rollout', 'rollout'])
    expect(mesh.posted.filter((url) => url.endsWith('post-rollout'))).toHaveLength(1)
  })
})

describe('an alert in the format of Slack', () => {
  it('has its colour, and no control characters', async () => {
    const { post, bodies } = receiver(200)
    const canary = {
      metadata: { name: 'a', namespace: 'b' },
      spec: { alerts: [{ url: 'http://x/', format: 'slack' }] },
    }
    const message = 'p < 0.01 & <!channel>'
    sendAlert(canary as unknown as Canary, { kind: 'alert', severity: 'error', message }, post, silentLogger)
    await settle()
    const text = 'p &lt; 0.01 &amp; &lt;!channel&gt;'
    expect(bodies[0]).toEqual({
      attachments: [{ color: 'danger', author_name: 'a.b', text, fallback: `a.b: ${text}` }],
    })
  })
})
