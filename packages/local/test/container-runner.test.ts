import { ManualClock } from '@mizzen/base'
import { beforeEach, describe, expect, it } from 'vitest'
import type { ContainerPlan } from '../src/kubelet/container-plan.ts'
import { ContainerRunner } from '../src/kubelet/container-runner.ts'
import type { RestartPolicy } from '../src/kubelet/pod-status.ts'
import type { CheckResult } from '../src/kubelet/prober.ts'
import type { Exit } from '../src/process/process-group.ts'

interface FakeProcess {
  readonly signals: string[]
  end(exit: Exit): Promise<void>
}

let clock: ManualClock
let processes: FakeProcess[]
let healthy: boolean
let began: boolean

beforeEach(() => {
  clock = new ManualClock(Date.UTC(2026, 0, 1))
  processes = []
  healthy = true
  began = true
})

function start(probes: ContainerPlan['probes'] = {}, restartPolicy: RestartPolicy = 'Always'): ContainerRunner {
  const check = async (): Promise<CheckResult> => (healthy ? { ok: true } : { ok: false, message: 'ill' })
  const process = { command: ['x'], cwd: '/', env: {}, logPath: '/dev/null' }
  const runner = new ContainerRunner({
    plan: { name: 'main', image: '', process, probes, check },
    restartPolicy,
    startProcess: fakeProcess,
    readLastLine: () => 'out of luck',
    clock,
    random: () => 1,
    onChange: () => {},
    report: () => {},
  })
  runner.start()
  return runner
}

function fakeProcess() {
  const exited = Promise.withResolvers<Exit>()
  const signals: string[] = []
  processes.push({
    signals,
    async end(exit) {
      exited.resolve(exit)
      await settled()
    },
  })
  if (!began) exited.resolve({ kind: 'not-started', message: 'command "x" not found' })
  return { began, exited: exited.promise, kill: (signal: string) => void signals.push(signal) }
}

/** Lets promises that are ready run. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 100) {
    clock.advance(Math.min(100, left))
    await settled()
  }
}

const failed: Exit = { kind: 'exited', code: 1 }
const readiness = { httpGet: { port: 8080 }, periodSeconds: 1, failureThreshold: 2 }

describe('a container', () => {
  it('is ready as soon as it runs if it has no readiness probe', () => {
    expect(start().snapshot()).toMatchObject({ state: { kind: 'running' }, ready: true, restartCount: 0 })
  })

  it('is started again after a crash, later each time', async () => {
    const runner = start()
    await processes[0]?.end(failed)
    expect(runner.snapshot()).toMatchObject({
      state: {
        kind: 'waiting',
        reason: 'CrashLoopBackOff',
        message: 'the last run ended with status 1: out of luck; back-off 1s',
      },
      lastState: { exitCode: 1 },
      ready: false,
    })
    await pass(900)
    expect(processes).toHaveLength(1)
    await pass(100)
    expect(runner.snapshot()).toMatchObject({ state: { kind: 'running' }, restartCount: 1 })
    await processes[1]?.end(failed)
    await pass(1_900)
    expect(processes).toHaveLength(2)
    await pass(100)
    expect(processes).toHaveLength(3)
  })

  it('starts afresh with its delays after it ran for long', async () => {
    start()
    for (let crash = 0; crash < 5; crash += 1) {
      await processes.at(-1)?.end(failed)
      await pass(30_000)
    }
    await pass(60_000)
    const before = processes.length
    await processes.at(-1)?.end(failed)
    await pass(1_000)
    expect(processes).toHaveLength(before + 1)
  })

  it.each([
    { policy: 'Never', exit: failed, again: false },
    { policy: 'OnFailure', exit: failed, again: true },
    { policy: 'OnFailure', exit: { kind: 'exited', code: 0 }, again: false },
    { policy: 'Always', exit: { kind: 'exited', code: 0 }, again: true },
    { policy: 'Always', exit: { kind: 'killed', signal: 'SIGKILL' }, again: true },
  ] as const)('with policy $policy after $exit: again $again', async ({ policy, exit, again }) => {
    const runner = start({}, policy)
    await processes[0]?.end(exit)
    await pass(2_000)
    expect(processes).toHaveLength(again ? 2 : 1)
    if (!again) await runner.completed
  })

  it('is never ready, and says why, if its command is not there', async () => {
    began = false
    const runner = start()
    expect(runner.snapshot().ready).toBe(false)
    await settled()
    expect(runner.snapshot().state).toMatchObject({
      reason: 'StartError',
      message: expect.stringContaining('not found'),
    })
  })

  it('becomes ready and unready with its readiness probe, and goes on running', async () => {
    healthy = false
    const runner = start({ readiness })
    await pass(1_000)
    expect(runner.snapshot().ready).toBe(false)
    healthy = true
    await pass(300)
    expect(runner.snapshot().ready).toBe(true)
    healthy = false
    await pass(1_500)
    expect(runner.snapshot().ready).toBe(true)
    await pass(1_000)
    expect(runner.snapshot().ready).toBe(false)
    expect(processes[0]?.signals).toEqual([])
  })

  it('is restarted when its liveness probe fails', async () => {
    const runner = start({ liveness: { tcpSocket: { port: 1 }, periodSeconds: 1, failureThreshold: 3 } })
    healthy = false
    await pass(3_500)
    expect(processes[0]?.signals).toEqual(['SIGTERM'])
    await processes[0]?.end({ kind: 'killed', signal: 'SIGTERM' })
    await pass(1_000)
    expect(runner.snapshot()).toMatchObject({ restartCount: 1, lastState: { exitCode: 143 } })
  })

  it('is not looked at by other probes before it has started up', async () => {
    healthy = false
    const startup = { httpGet: { port: 8080 }, periodSeconds: 1, failureThreshold: 10 }
    const runner = start({ startup, liveness: { httpGet: { port: 8080 }, periodSeconds: 1, failureThreshold: 1 } })
    await pass(5_000)
    expect(runner.snapshot()).toMatchObject({ started: false, ready: false })
    expect(processes[0]?.signals).toEqual([])
    healthy = true
    await pass(1_000)
    expect(runner.snapshot()).toMatchObject({ started: true, ready: true })
  })

  it('gets SIGTERM and, if it does not end, SIGKILL', async () => {
    const runner = start()
    const stopped = runner.stop(5_000)
    await pass(4_900)
    expect(processes[0]?.signals).toEqual(['SIGTERM'])
    await pass(100)
    expect(processes[0]?.signals).toEqual(['SIGTERM', 'SIGKILL'])
    await processes[0]?.end({ kind: 'killed', signal: 'SIGKILL' })
    await stopped
    await pass(60_000)
    expect(processes).toHaveLength(1)
  })

  it('can be stopped while it waits for its next start', async () => {
    const runner = start()
    await processes[0]?.end(failed)
    await runner.stop(1_000)
    await runner.completed
    await pass(60_000)
    expect(processes).toHaveLength(1)
  })
})
