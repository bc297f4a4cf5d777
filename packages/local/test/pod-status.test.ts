import { describe, expect, it } from 'vitest'
import type { ContainerSnapshot, ContainerState } from '../src/kubelet/container-state.ts'
import { ignoredFields } from '../src/kubelet/ignored-fields.ts'
import { isReady, type PodFacts, podStatus, type RestartPolicy } from '../src/kubelet/pod-status.ts'
import { podLike } from './pods.ts'

const running: ContainerState = { kind: 'running', startedAtMs: 0 }
const waiting: ContainerState = { kind: 'waiting', reason: 'PodInitializing' }
const ended = (exitCode: number): ContainerState => ({ kind: 'terminated', exitCode, startedAtMs: 0, finishedAtMs: 1 })

function container(state: ContainerState, fields: Partial<ContainerSnapshot> = {}): ContainerSnapshot {
  const ready = state.kind === 'running'
  return { name: 'main', image: '', state, ready, started: ready, restartCount: 0, ...fields }
}

function facts(containers: readonly ContainerSnapshot[], restartPolicy: RestartPolicy = 'Always'): PodFacts {
  return { ip: '127.10.0.1', startedAtMs: 0, restartPolicy, initContainers: [], containers }
}

describe('podStatus', () => {
  it.each([
    { why: 'nothing has begun', given: facts([container(waiting)]), phase: 'Pending', ready: false },
    { why: 'all are ready', given: facts([container(running), container(running)]), phase: 'Running', ready: true },
    {
      why: 'one is not ready',
      given: facts([container(running), container(running, { name: 'other', ready: false })]),
      phase: 'Running',
      ready: false,
    },
    {
      why: 'it waits to be restarted',
      given: facts([container(waiting, { restartCount: 1 })]),
      phase: 'Running',
      ready: false,
    },
    { why: 'all have ended well', given: facts([container(ended(0))], 'Never'), phase: 'Succeeded', ready: false },
    { why: 'one has failed for good', given: facts([container(ended(1))], 'Never'), phase: 'Failed', ready: false },
    {
      why: 'one has failed and will be restarted',
      given: facts([container(ended(1))], 'OnFailure'),
      phase: 'Running',
      ready: false,
    },
  ])('is $phase when $why', ({ given, phase, ready }) => {
    const status = podStatus(given, 0)
    expect(status.phase).toBe(phase)
    expect(isReady(status)).toBe(ready)
  })

  it('names the containers that are not ready', () => {
    const status = podStatus(facts([container(running), container(waiting, { name: 'slow' })]), 0)
    expect(status.conditions?.find((one) => one.type === 'Ready')?.message).toBe(
      'containers with unready status: [slow]',
    )
  })

  it('keeps the time of a condition until its status changes', () => {
    const first = podStatus(facts([container(running)]), 1_000)
    const same = podStatus(facts([container(running)]), 2_000, first)
    expect(same.conditions).toEqual(first.conditions)
    const changed = podStatus(facts([container(waiting)]), 3_000, same)
    expect(changed.conditions?.find((one) => one.type === 'Ready')?.lastTransitionTime).toBe('1970-01-01T00:00:03Z')
  })

  it('says what keeps it from starting', () => {
    const status = podStatus({ ...facts([container(waiting)]), ip: '', obstacle: 'no address' }, 0)
    expect(status).toMatchObject({ phase: 'Pending', message: 'no address' })
    expect(status).not.toHaveProperty('podIP')
  })
})

describe('ignoredFields', () => {
  it('names what a machine without containers can not give', () => {
    const pod = podLike('a')
    expect(ignoredFields(pod)).toEqual([])
    const lifecycle = { preStop: { sleep: { seconds: 1 } } }
    const spec = { containers: [{ name: 'main', lifecycle }], volumes: [{ name: 'data' }] }
    expect(ignoredFields({ ...pod, spec })).toEqual(['volumes', 'lifecycle.preStop'])
  })
})
