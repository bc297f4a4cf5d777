import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { locateTool, toolVariable } from '../../scripts/tools/locate.ts'

const SCRIPTS = resolve(import.meta.dirname, '../../scripts')
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mizzen-scripts-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function script(name: string, ...args: string[]) {
  const run = spawnSync(process.execPath, [join(SCRIPTS, name), ...args], { encoding: 'utf8' })
  return { status: run.status, stdout: run.stdout, stderr: run.stderr }
}

function json(name: string, value: unknown): string {
  const file = join(folder, name)
  writeFileSync(file, JSON.stringify(value))
  return file
}

describe('locateTool', () => {
  const name = 'mizzen-no-such-tool'

  it('finds none', () => expect(locateTool(name, { PATH: folder })).toBeUndefined())

  it('finds an executable on PATH, and no other file', () => {
    const file = join(folder, name)
    writeFileSync(file, '#!/bin/sh\n')
    expect(locateTool(name, { PATH: folder })).toBeUndefined()
    chmodSync(file, 0o755)
    expect(locateTool(name, { PATH: `/nowhere:${folder}` })).toBe(file)
  })

  it('takes the one that the variable names, and no other', () => {
    expect(toolVariable(name)).toBe('MIZZEN_MIZZEN_NO_SUCH_TOOL')
    expect(locateTool('sh', { PATH: '/bin', MIZZEN_SH: process.execPath })).toBe(process.execPath)
    expect(locateTool('sh', { PATH: '/bin', MIZZEN_SH: join(folder, 'missing') })).toBeUndefined()
  })
})

describe('tools', () => {
  it('refuses a name that it does not know', () => {
    const run = script('tools.ts', 'nonsense')
    expect(run.status).toBe(2)
    expect(run.stderr).toMatch(/unknown: nonsense \(known: envoy, /)
  })
})

const ROOT = resolve(SCRIPTS, '..')
const E2E = 'test/e2e/a.test.ts'
const UNIT = 'packages/base/test/b.test.ts'

/** A report of Vitest, by file: the result of each test; `broken` files fail as a whole. */
function report(name: string, files: Readonly<Record<string, readonly string[]>>, broken: readonly string[] = []) {
  const testResults = Object.entries(files).map(([file, results]) => ({
    name: join(ROOT, file),
    status: broken.includes(file) || results.includes('failed') ? 'failed' : 'passed',
    assertionResults: results.map((status, index) => ({ fullName: `does ${index}`, status })),
  }))
  return json(name, { testResults })
}

describe('test-summary', () => {
  it('adds up', () => {
    const a = report('a.json', { [UNIT]: ['passed', 'passed', 'skipped'] })
    const b = report('b.json', { [E2E]: ['passed', 'todo', 'pending'] })
    expect(script('test-summary.ts', a, b)).toMatchObject({ status: 0, stdout: '3 passed, 0 failed, 3 skipped\n' })
  })

  it('fails with a failed test', () => {
    expect(script('test-summary.ts', report('a.json', { [UNIT]: ['passed', 'failed', 'failed'] }))).toMatchObject({
      status: 1,
      stdout: '1 passed, 2 failed, 0 skipped\n',
    })
  })

  it('counts a file that could not be loaded', () => {
    expect(script('test-summary.ts', report('a.json', { [UNIT]: ['passed'], [E2E]: [] }, [E2E]))).toMatchObject({
      status: 1,
      stdout: '1 passed, 1 failed, 0 skipped\n',
    })
  })

  it('counts a missing report, and fails where nothing ran', () => {
    const missing = join(folder, 'missing.json')
    const run = script('test-summary.ts', report('a.json', { [UNIT]: ['passed'] }), missing)
    expect(run).toMatchObject({ status: 1, stdout: '1 passed, 1 failed, 0 skipped\n' })
    expect(run.stderr).toContain('missing.json')
    expect(script('test-summary.ts', report('b.json', { [UNIT]: ['skipped'] })).status).toBe(1)
  })

  it('names what passed at the second try, and counts what did not', () => {
    const first = report('1', { [UNIT]: ['passed'], [E2E]: ['failed', 'passed'] })
    expect(script('test-summary.ts', first, report('2', { [E2E]: ['passed', 'passed'] }))).toMatchObject({
      status: 0,
      stdout: `1 passed at the second try:\n${E2E} does 0\n3 passed, 0 failed, 0 skipped\n`,
    })
    expect(script('test-summary.ts', first, report('2', { [E2E]: ['failed', 'passed'] }))).toMatchObject({
      status: 1,
      stdout: '2 passed, 1 failed, 0 skipped\n',
    })
    const broken = report('1', { [UNIT]: ['passed'], [E2E]: ['skipped'] }, [E2E])
    expect(script('test-summary.ts', broken, report('2', { [E2E]: ['passed'] })).stdout).toBe(
      `1 passed at the second try:\n${E2E}\n2 passed, 0 failed, 0 skipped\n`,
    )
  })
})

describe('second-try', () => {
  it('names the failed files whose tests run whole programs, and no others', () => {
    const files = {
      [UNIT]: ['failed'],
      [E2E]: ['failed', 'passed'],
      'test/twin/c.test.ts': [],
      'test/tidy.test.ts': ['failed'],
    }
    const first = report('1', { ...files, 'test/foreign/d.test.ts': ['passed', 'skipped'] }, ['test/twin/c.test.ts'])
    expect(script('second-try.ts', first)).toMatchObject({ status: 0, stdout: `${E2E}\ntest/twin/c.test.ts\n` })
  })
})

describe('complete-lock', () => {
  const parent = {
    version: '1.0.0',
    dev: true,
    optionalDependencies: { '@x/tool-linux-x64-musl': '1.2.3', '@x/tool-here': '1.2.3' },
  }
  const here = { version: '1.2.3', optional: true }

  it('adds what is missing, with its platform, and leaves the rest', () => {
    const file = json('lock.json', {
      name: 'n',
      packages: { '': {}, 'node_modules/@x/tool-here': here, 'node_modules/tool': parent },
    })
    expect(script('complete-lock.ts', file).stdout).toBe('package-lock.json: 1 entries for other platforms added\n')
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      name: 'n',
      packages: {
        '': {},
        'node_modules/@x/tool-here': here,
        'node_modules/@x/tool-linux-x64-musl': {
          version: '1.2.3',
          cpu: ['x64'],
          dev: true,
          libc: ['musl'],
          optional: true,
          os: ['linux'],
        },
        'node_modules/tool': parent,
      },
    })
  })

  it('does not guess', () => {
    const file = json('lock.json', { packages: { 'node_modules/tool': { optionalDependencies: { plugin: '1.0.0' } } } })
    const run = script('complete-lock.ts', file)
    expect(run.status).not.toBe(0)
    expect(run.stderr).toContain('plugin: its name tells no platform')
  })
})
