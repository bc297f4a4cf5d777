import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rotateLog } from '../src/process/log-rotation.ts'
import { type ProcessSpec, processStarter } from '../src/process/process-group.ts'
import { startWatchdog, type Watchdog } from '../src/process/watchdog.ts'
import { until } from './machine.ts'

let directory: string
let watchdog: Watchdog
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mizzen-process-'))
  watchdog = startWatchdog()
})
afterEach(async () => {
  await watchdog.close()
  await rm(directory, { recursive: true })
})

const log = () => join(directory, 'log')
const shell = (script: string): ProcessSpec => ({
  command: ['/bin/sh', '-c', script],
  cwd: directory,
  env: {},
  logPath: log(),
})

/** The numbers that a script wrote, once there are `count` of them. */
function numbers(count: number): Promise<readonly number[]> {
  return until(async () => {
    const found = (await readFile(log(), 'utf8').catch(() => '')).split('\n').filter((line) => /^\d+$/.test(line))
    return found.length >= count && found.map(Number)
  })
}

/** A process that has ended may stay as a zombie until its parent looks. */
async function lives(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  return stat !== undefined && !/\) [ZX] /.test(stat)
}

describe('a process group', () => {
  it('writes to its log and tells how it ended', async () => {
    const group = processStarter(watchdog)(shell('echo out; echo err >&2; exit 3'))
    expect(await group.exited).toEqual({ kind: 'exited', code: 3 })
    expect(await readFile(log(), 'utf8')).toBe('out\nerr\n')
  })

  it('is signalled as a whole', async () => {
    const group = processStarter(watchdog)(shell('sleep 1000 & echo $!; wait'))
    const [child = 0] = await numbers(1)
    group.kill('SIGTERM')
    expect(await group.exited).toEqual({ kind: 'killed', signal: 'SIGTERM' })
    await until(async () => !(await lives(child)))
  })

  it('leaves nothing behind when its leader ends', async () => {
    const group = processStarter(watchdog)(shell('sleep 1000 & echo $!'))
    const [child = 0] = await numbers(1)
    await group.exited
    await until(async () => !(await lives(child)))
  })

  it.each([
    ['a command that is not there', { command: ['no-such-command'] }, 'command "no-such-command" not found'],
    ['no command', { command: [] }, 'the command is empty'],
    ['a directory that is not there', { cwd: '/no/such' }, 'the working directory /no/such does not exist'],
    ['a log that can not be written', { logPath: '/no/such/log' }, "its log can't be written"],
  ])('does not begin with %s', async (_, wrong, message) => {
    const group = processStarter(watchdog)({ ...shell('true'), ...wrong })
    expect(group.began).toBe(false)
    expect(await group.exited).toMatchObject({ kind: 'not-started', message: expect.stringContaining(message) })
  })
})

describe('the watchdog', () => {
  it('ends every group when the program is killed', async () => {
    const supervisor = spawn(process.execPath, [join(import.meta.dirname, 'fixtures/supervisor.js'), log()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(supervisor.stdout, 'data')
    const stubborn = await numbers(2)
    expect(await Promise.all(stubborn.map(lives))).toEqual([true, true])
    supervisor.kill('SIGKILL')
    await until(async () => !(await Promise.all(stubborn.map(lives))).includes(true))
  })

  it('leaves alone what was released', async () => {
    const own = startWatchdog()
    const child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' })
    const ended = once(child, 'exit')
    own.guard(child.pid ?? 0)
    own.release(child.pid ?? 0)
    await own.close()
    expect(await lives(child.pid ?? 0)).toBe(true)
    child.kill('SIGKILL')
    await ended
  })
})

describe('rotateLog', () => {
  it('moves what was written out of the way; the writer goes on in the same file', async () => {
    const go = join(directory, 'go')
    const line = 'x'.repeat(2_000)
    const group = processStarter(watchdog)(
      shell(`echo before ${line}; while [ ! -e ${go} ]; do sleep 0.02; done; echo after`),
    )
    await until(async () => (await readFile(log(), 'utf8').catch(() => '')).length > 2_000)
    expect(await rotateLog(log(), 1_000)).toBe(true)
    expect(await readFile(log(), 'utf8')).toBe('')
    await writeFile(go, '')
    await group.exited
    expect(await readFile(`${log()}.1`, 'utf8')).toBe(`before ${line}\n`)
    expect(await readFile(log(), 'utf8')).toBe('after\n')
  })

  it('neither repeats nor breaks lines of a busy writer', async () => {
    const group = processStarter(watchdog)(shell('i=0; while [ $i -lt 20000 ]; do echo $i; i=$((i+1)); done'))
    let moved = ''
    await until(async () => {
      if (!(await rotateLog(log(), 1_000))) return false
      moved += await readFile(`${log()}.1`, 'utf8')
      return moved.length > 20_000
    })
    await group.exited
    const lines = `${moved}${await readFile(log(), 'utf8')}`.trim().split('\n').map(Number)
    expect(lines.every((line, index) => index === 0 || line > (lines[index - 1] ?? 0))).toBe(true)
    expect(lines.at(-1)).toBe(19_999)
  })

  it('leaves a short log, and one that is not there, as they are', async () => {
    await processStarter(watchdog)(shell('echo short')).exited
    expect(await rotateLog(log(), 1_000)).toBe(false)
    expect(await rotateLog(join(directory, 'none'), 1_000)).toBe(false)
    expect(await readFile(log(), 'utf8')).toBe('short\n')
  })
})
