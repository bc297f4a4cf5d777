import { describe, expect, it } from 'vitest'
import { refusal } from '../src/decide/commands.ts'
import { initialState } from '../src/decide/state.ts'
import type { Phase, RolloutState } from '../src/index.ts'
import { HEALTHY, World } from './world.ts'

const STEPS = [{ setWeight: 10 }, { pause: { duration: '3s' } }, { setWeight: 50 }, { pause: { duration: '3s' } }]

function atStep(index: number, spec = {}): World {
  const world = new World({ steps: STEPS, ...spec })
  for (let look = 0; look < 100 && (world.state === null || world.state.step < index); look += 1) world.look()
  return world
}

describe('a healthy rollout', () => {
  it('takes the steps in order, then everything, then cleans up', () => {
    const world = new World({ steps: STEPS, cleanUp: { scaleDownDelay: '5s' } })
    world.until('Promoted')
    expect(world.phase).toBe('Promoted')
    expect(world.weights).toEqual([10, 50, 100])
    expect(world.done.at(-1)).toEqual({ kind: 'clean-up' })
  })

  it('waits for the canary to be ready', () => {
    const world = new World({ steps: STEPS })
    world.seen = { canary: { revision: 'two', build: 'b', wanted: 2, ready: 0, crashing: false } }
    world.look()
    world.look()
    expect([world.phase, world.reason]).toEqual(['Initializing', 'WaitingForEndpoints'])
    world.seen = {}
    world.look()
    expect([world.phase, world.weight]).toEqual(['Progressing', 10])
  })

  it('pauses without a duration until it is promoted', () => {
    const world = new World({ steps: [{ setWeight: 20 }, { pause: {} }, { setWeight: 40 }, { pause: {} }] })
    for (let look = 0; look < 20; look += 1) world.look()
    expect([world.weight, world.reason]).toEqual([20, 'WaitingForPromotion'])
    world.look(1000, 'promote')
    expect(world.weight).toBe(40)
  })

  it('waits for a hand before the last step if told to', () => {
    const world = new World({ steps: [{ setWeight: 20 }], promotion: 'manual' })
    for (let look = 0; look < 20; look += 1) world.look()
    expect([world.weight, world.reason]).toEqual([20, 'WaitingForPromotion'])
    world.look(1000, 'promote')
    expect(world.weight).toBe(100)
  })

  it('asks each gate before it raises the weight', () => {
    const hook = { name: 'ok', url: 'http://localhost/', type: 'confirm-traffic-increase' as const }
    const world = new World({ steps: STEPS, analysis: { webhooks: [hook] } })
    for (let look = 0; look < 5; look += 1) world.look()
    expect([world.weight, world.reason]).toEqual([0, 'WaitingForGate'])
    expect(world.done.at(-1)).toEqual({ kind: 'call-webhooks', type: 'confirm-traffic-increase' })
    world.seen = { webhooks: [{ name: 'ok', type: 'confirm-traffic-increase', state: 'passed', message: '' }] }
    world.look()
    expect(world.weight).toBe(10)
  })

  it('is not promoted while evidence is missing, and is by policy', () => {
    const judged = { ...HEALTHY, answer: 'not-enough-evidence' as const, message: 'about 300 more requests' }
    const waiting = new World({ steps: [{ setWeight: 10 }] })
    waiting.judged = judged
    for (let look = 0; look < 20; look += 1) waiting.look()
    expect([waiting.weight, waiting.reason]).toEqual([10, 'WaitingForEvidence'])
    const bold = new World({ steps: [{ setWeight: 10 }], analysis: { onNotEnough: 'pass' } })
    bold.judged = judged
    bold.until('Promoting')
    expect(bold.weight).toBe(100)
  })
})

describe('what ends a rollout', () => {
  it('is not that its Deployment is being scaled, whose Pods are not known for a moment', () => {
    const world = atStep(3)
    const { weight } = world
    world.seen = { canary: { revision: 'two', build: 'b', wanted: 2, ready: 0, settling: true, crashing: false } }
    for (let look = 0; look < 5; look += 1) world.look()
    expect([world.weight, world.phase]).toEqual([weight, 'Progressing'])
  })

  it.each([
    ['a judgement', { judged: { ...HEALTHY, answer: 'fail' as const, message: '20 % fail' } }, 'JudgedWorse'],
    [
      'Pods that are gone',
      { canary: { revision: 'two', build: 'b', wanted: 1, ready: 0, crashing: false } },
      'CanaryUnavailable',
    ],
    [
      'a bound',
      { metrics: [{ name: 'p99', state: 'bad' as const, message: '900 > 500', dryRun: false }] },
      'MetricOutOfRange',
    ],
    [
      'a webhook',
      { webhooks: [{ name: 'load', type: 'rollout', state: 'failed' as const, message: '500' }] },
      'WebhookFailed',
    ],
  ])('%s takes the canary off at once', (_what, seen, code) => {
    const world = atStep(3)
    world.seen = seen
    world.look()
    expect([world.weight, world.phase, world.reason]).toEqual([0, 'RollingBack', code])
    world.look()
    expect(world.phase).toBe('RolledBack')
  })

  it('is not a bound that only looks', () => {
    const world = atStep(3)
    world.seen = { metrics: [{ name: 'p99', state: 'bad', message: '', dryRun: true }] }
    world.look()
    expect(world.phase).toBe('Progressing')
  })

  it('is going back to the last good weight, if told so', () => {
    const world = atStep(3, { onFailure: 'lastGoodWeight' })
    world.judged = { ...HEALTHY, answer: 'fail' }
    world.look()
    expect([world.weight, world.phase, world.reason]).toEqual([10, 'Paused', 'JudgedWorse'])
  })

  it('is a lack of progress, but not a wait for a hand', () => {
    const stuck = new World({ steps: STEPS, progressDeadline: '60s' })
    stuck.seen = { canary: { revision: 'two', build: 'b', wanted: 1, ready: 0, crashing: false } }
    for (let look = 0; look < 80; look += 1) stuck.look()
    expect([stuck.phase, stuck.reason]).toEqual(['RolledBack', 'ProgressDeadlineExceeded'])
    const waiting = new World({ steps: [{ setWeight: 10 }, { pause: {} }], progressDeadline: '60s' })
    for (let look = 0; look < 200; look += 1) waiting.look()
    expect(waiting.reason).toBe('WaitingForPromotion')
  })
})

describe('what holds the weight', () => {
  it.each([
    ['no metrics', (world: World) => (world.judged = null), 'NoMetrics'],
    ['a route that is gone', (world: World) => (world.routeThere = false), 'RouteMissing'],
    ['proxies that have not answered', (world: World) => (world.programmed = false), 'WaitingForProxies'],
    [
      'a metric without a value',
      (world: World) => (world.seen = { metrics: [{ name: 'x', state: 'missing', message: 'NaN', dryRun: false }] }),
      'NoMetrics',
    ],
    [
      'another share than is meant',
      (world: World) => (world.judged = { ...HEALTHY, recent: { canary: 200, stable: 200 } }),
      'ShareMismatch',
    ],
  ])('%s', (_what, break_, code) => {
    const world = atStep(1)
    break_(world)
    for (let look = 0; look < 20; look += 1) world.look()
    expect([world.weight, world.phase, world.reason]).toEqual([10, 'Progressing', code])
  })

  it('a weight that somebody else set: paused, and not overwritten before it is resumed', () => {
    const world = new World({ steps: [{ setWeight: 10 }, { pause: { duration: '60s' } }] })
    for (let look = 0; look < 5; look += 1) world.look()
    world.weight = 70
    world.look()
    expect([world.weight, world.phase, world.reason]).toEqual([70, 'Paused', 'RouteEdited'])
    world.look(1000, 'resume')
    expect([world.weight, world.phase]).toEqual([10, 'Progressing'])
  })

  it('no traffic in a step', () => {
    const world = new World({ steps: STEPS })
    world.look()
    world.look()
    for (let look = 0; look < 20; look += 1) {
      world.look()
      world.canaryRequests = 0
    }
    expect([world.weight, world.reason]).toEqual([10, 'NoTraffic'])
  })

  it('a clock that jumps: an hour ahead is not an hour of evidence', () => {
    const world = new World({ steps: [{ setWeight: 10 }, { pause: { duration: '60s' } }, { setWeight: 50 }] })
    for (let look = 0; look < 4; look += 1) world.look()
    world.look(3_600_000)
    expect(world.weight).toBe(10)
    world.look(-7_200_000)
    for (let look = 0; look < 30; look += 1) world.look()
    expect(world.weight).toBe(10)
    for (let look = 0; look < 40; look += 1) world.look()
    expect(world.weight).toBeGreaterThan(10)
  })
})

describe('commands', () => {
  it('pause and resume', () => {
    const world = atStep(1)
    world.look(1000, 'pause')
    for (let look = 0; look < 20; look += 1) world.look()
    expect([world.phase, world.weight]).toEqual(['Paused', 10])
    world.look(1000, 'resume')
    world.until('Promoted')
    expect(world.phase).toBe('Promoted')
  })

  it('step back by step: each to the last weight before, and resumed it tries the next one again', () => {
    const steps = [...STEPS, { setWeight: 80 }, { pause: { duration: '60s' } }]
    const world = new World({ steps })
    while (world.weight < 80) world.look()
    world.look(1000, 'step-back')
    expect([world.weight, world.phase, world.reason]).toEqual([50, 'Paused', 'AbortedByUser'])
    for (let look = 0; look < 50; look += 1) world.look()
    expect(world.weight).toBe(50)
    world.look(1000, 'step-back')
    expect([world.weight, world.phase]).toEqual([10, 'Paused'])
    world.look(1000, 'resume')
    world.until('Promoted', 200)
    expect(world.weights).toEqual([10, 50, 80, 50, 10, 50, 80, 100])
    const first = atStep(1)
    first.look(1000, 'step-back')
    expect([first.weight, first.phase]).toEqual([0, 'RollingBack'])
  })

  it('abort, then retry from the beginning', () => {
    const world = atStep(3)
    world.look(1000, 'abort')
    expect(world.weight).toBe(0)
    world.until('RolledBack')
    world.look(1000, 'retry')
    world.until('Promoted')
    expect(world.phase).toBe('Promoted')
  })

  it('undo while the old version is still there', () => {
    const world = new World({ steps: STEPS, cleanUp: { scaleDownDelay: '60s' } })
    world.until('CleaningUp')
    expect(world.weight).toBe(100)
    world.look(1000, 'undo')
    expect([world.weight, world.phase]).toEqual([0, 'RollingBack'])
  })

  it('skip ends the step, promote-full all of them', () => {
    const world = atStep(1)
    world.look(100, 'skip')
    expect(world.weight).toBe(50)
    world.look(100, 'promote-full')
    expect([world.weight, world.phase]).toEqual([100, 'Promoting'])
  })
})

describe('a Canary that begins by hand', () => {
  it('does not begin anew for a new version before it is told to', () => {
    const world = new World({ steps: STEPS, trigger: 'manual', cleanUp: { scaleDownDelay: '1s' } })
    world.until('Promoted')
    world.seen = { canary: { revision: 'three', build: 'c', wanted: 1, ready: 1, crashing: false } }
    world.look()
    expect(world.phase).toBe('Promoted')
    world.look(1000, 'start')
    expect([world.phase, world.weight]).toEqual(['Initializing', 0])
  })
})

describe('a third version', () => {
  it('begins from nothing, whatever the second had reached', () => {
    const world = atStep(3)
    world.seen = { canary: { revision: 'three', build: 'c', wanted: 1, ready: 1, crashing: false } }
    world.look()
    expect([world.weight, world.phase, world.reason]).toEqual([0, 'Initializing', 'NewVersion'])
    expect(world.done).toContainEqual({ kind: 'forget-evidence' })
  })
})

describe('a restart', () => {
  it('goes on at the same step', () => {
    const world = new World({ steps: [...STEPS.slice(0, 3), { pause: { duration: '20s' } }] })
    for (let look = 0; look < 12; look += 1) world.look()
    const copy = new World(world.spec)
    copy.state = JSON.parse(JSON.stringify(world.state))
    copy.weight = world.weight
    copy.now = world.now + 60_000
    copy.look(0)
    expect([copy.weight, copy.state?.step]).toEqual([50, 3])
  })
})

describe('a command that would change nothing', () => {
  const spec = { traffic: { virtualService: 'myapp' }, stable: { subset: 'v1' }, canary: { subset: 'v2' } }
  const state = (phase: Phase): RolloutState => ({ ...initialState('two', 0), phase })

  it.each([
    ['abort', null, 'cannot abort: no rollout has begun'],
    ['abort', 'Promoted', 'cannot abort: the rollout is Promoted'],
    ['step-back', 'RolledBack', 'cannot step-back: the rollout is RolledBack'],
    ['promote', 'RolledBack', 'cannot promote: the rollout is RolledBack'],
    ['resume', 'Progressing', 'cannot resume: the rollout is Progressing'],
    ['pause', 'Paused', 'cannot pause: the rollout is Paused'],
    ['retry', 'Progressing', 'cannot retry: the rollout is Progressing'],
    [
      'undo',
      'Promoted',
      'cannot undo: the rollout is Promoted, and the time to undo it (cleanUp.scaleDownDelay) is over',
    ],
    ['start', 'Progressing', 'cannot start: the rollout is Progressing'],
  ] as const)('%s where it is %s', (command, phase, says) => {
    expect(refusal(spec, phase === null ? null : state(phase), command)).toBe(says)
  })

  it('is told so where what it would undo is gone', () => {
    const gone = { ...state('CleaningUp'), routesRemoved: true }
    expect(refusal(spec, gone, 'undo')).toContain('the routes to the old version are gone')
    expect(refusal({ ...spec, promoteBy: 'copy' }, state('CleaningUp'), 'undo')).toContain('is the new version already')
    expect(refusal(spec, state('CleaningUp'), 'undo')).toBeNull()
    expect(refusal(spec, null, 'start')).toBeNull()
  })
})
