import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { outcomeOf, runMizzen, startMizzen } from './run-mizzen.ts'

/** A Node on this machine that is too old for the program itself. */
function oldNode(): string | undefined {
  for (const candidate of ['/usr/bin/node', '/usr/local/bin/node']) {
    try {
      const [major = 0] = execFileSync(candidate, ['-p', 'process.versions.node']).toString().split('.').map(Number)
      if (major < 22) return candidate
    } catch {
      // Not there.
    }
  }
  return undefined
}

const node = oldNode()

it.skipIf(node === undefined)('hands over to the pinned Node, with streams and exit status', async () => {
  const version = await runMizzen(['version', '-o', 'json', '--api', 'http://127.0.0.1:1'], { node })
  expect(JSON.parse(version.out)).toMatchObject({ client: { node: expect.stringMatching(/^v2[4-9]/) } })
  expect(await runMizzen(['nope'], { node })).toMatchObject({ status: 2 })
  expect(await runMizzen(['validate', '-f', '-'], { node, stdin: 'kind: [' })).toMatchObject({ status: 1 })
})

it.skipIf(node === undefined)('passes signals on, and takes the program along when it is killed', async () => {
  const state = await mkdtemp(join(tmpdir(), 'mizzen-launcher-'))
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const args = ['control-plane', '--state', state, '--xds-address', '127.0.0.1:0', '--admin-address', '127.0.0.1:0']
    const child = startMizzen(args, { node })
    const ended = outcomeOf(child)
    await new Promise<void>((resolve) => {
      child.stderr?.on('data', (text) => String(text).includes('ready') && resolve())
    })
    child.kill(signal)
    // The streams are closed only when the program itself is gone, too.
    const reason = signal === 'SIGTERM' ? 'got SIGTERM' : 'stopping'
    expect((await ended).err).toContain(reason)
  }
  await rm(state, { recursive: true })
})
