/** Bad input: one clear line with its place, the right exit status, and what ran before goes on running. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../../packages/cli/test/run-command.ts'
import { load } from './load.ts'
import { Mesh, run, until, virtualService } from './mesh.ts'

const good = virtualService(70, 30)

/** The place that is named is that of the field; in broken YAML it is where the parser gave up. */
const cases: readonly { what: string; text: string; line: number; column: number; says: RegExp }[] = [
  { what: 'broken YAML', text: good.replace('spec:', 'spec: ['), line: 6, column: 3, says: /./ },
  {
    ...{ what: 'an unknown field', text: good.replace('weight: 30', 'wieght: 30'), line: 12, column: 7 },
    says: /wieght.*did you mean.*weight/,
  },
  {
    ...{ what: 'a bad duration', text: good.replace('  - route:', '  - timeout: 5x\n    route:'), line: 8, column: 5 },
    says: /5x.*duration/,
  },
  { what: 'a negative weight', text: virtualService(70, -1), line: 12, column: 7, says: /-1/ },
]

let scratch: string

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'mizzen-bad-'))
})

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true })
})

describe('mizzen validate', () => {
  it.each(cases)('names the place of $what', async ({ text, line, column, says }) => {
    const file = join(scratch, 'virtual-service.yaml')
    writeFileSync(file, text)
    const human = await run(['validate', '-f', file])
    expect(human.status).toBe(1)
    expect(human.stdout + human.stderr).toContain(`${file}:${line}:`)
    const { status, out } = await runCommand(['validate', '-f', file, '-o', 'json'])
    expect(status).toBe(1)
    const problems = JSON.parse(out).filter((problem: { severity: string }) => problem.severity === 'error')
    expect(problems[0]).toMatchObject({ file, line, column })
    expect(`${problems[0].message} ${problems[0].hint ?? ''}`).toMatch(says)
    expect(problems).toHaveLength(1)
  })

  it('accepts the example, and says 2 for wrong usage', async () => {
    expect((await run(['validate', '-f', 'examples/canary'])).status).toBe(0)
    expect((await run(['validate', '--nonsense'])).status).toBe(2)
    expect((await run(['nonsense'])).status).toBe(2)
  })
})

describe('mizzen up', () => {
  it('names the port that is in use', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const result = await run(['up', 'examples/canary', '--gateway-port', String(port), '--no-load'], {
      MIZZEN_HOME: scratch,
    })
    server.close()
    expect(result.status).toBe(1)
    expect(result.stderr.trim().split('\n')).toHaveLength(1)
    expect(result.stderr).toMatch(new RegExp(`${port}.*in use`))
  })

  it('names the directory that it cannot read', async () => {
    const missing = join(scratch, 'missing')
    const result = await run(['up', missing], { MIZZEN_HOME: scratch })
    expect(result.status).toBe(1)
    expect(result.stderr.trim().split('\n')).toHaveLength(1)
    expect(result.stderr).toContain(missing)
  })
})

describe('a running mesh', () => {
  let mesh: Mesh

  beforeAll(async () => {
    mesh = await Mesh.start()
  })

  afterAll(async () => {
    await mesh?.stop()
  })

  async function expectUnharmed(): Promise<void> {
    const tally = await load({ url: mesh.ready.gateway, requests: 200 })
    expect(tally.failures).toEqual({})
    expect(Object.keys(tally.versions).sort()).toEqual(['v1', 'v2'])
  }

  it.each(cases)(
    'goes on with the last good one after $what, names the place, and takes the mended file',
    async ({ text, line }) => {
      const seen = mesh.output.length
      mesh.write('virtual-service.yaml', text)
      const place = `virtual-service.yaml:${line}:`
      await until(() => mesh.output.slice(seen).includes(place), `${place} in the output`)
      await expectUnharmed()
      await mesh.setWeights(0, 100)
      const tally = await load({ url: mesh.ready.gateway, requests: 50 })
      expect(tally.versions).toEqual({ v2: 50 })
      await mesh.setWeights(70, 30)
    },
  )

  it('refuses to apply what is invalid, and applies nothing of it', async () => {
    const file = join(mesh.home, 'bad.yaml')
    writeFileSync(
      file,
      `${virtualService(0, 100)}---\n${virtualService(50, -1).replace('myapp-virtualservice', 'other')}`,
    )
    const result = await mesh.mizzen('apply', '-f', file)
    expect(result.status).toBe(1)
    expect(result.stderr).toContain(`${file}:25:7`)
    await expectUnharmed()
  })

  it('says where a VirtualService names an unknown gateway, and keeps serving', async () => {
    const file = join(mesh.home, 'lost.yaml')
    writeFileSync(
      file,
      virtualService(0, 100).replace('myapp-virtualservice', 'lost').replace('[myapp-gateway]', '[no-such-gateway]'),
    )
    const result = await mesh.mizzen('apply', '-f', file)
    expect(result.status).toBe(0)
    expect(result.stderr).toMatch(/lost\.yaml:6:14: .*no-such-gateway/)
    await expectUnharmed()
  })

  it('keeps running when its directory can no longer be read', async () => {
    if (process.getuid?.() === 0) {
      rmSync(mesh.dir, { recursive: true })
    } else {
      chmodSync(mesh.dir, 0)
    }
    await until(() => mesh.output.includes(mesh.dir), 'the directory to be named in the output')
    await expectUnharmed()
    if (process.getuid?.() !== 0) chmodSync(mesh.dir, 0o755)
  })
})
