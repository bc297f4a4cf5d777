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

describe('test-summary', () => {
  const report = (passed: number, failed: number, skipped: number, broken: number) => ({
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: skipped,
    numTodoTests: 0,
    testResults: Array.from({ length: broken }, () => ({ status: 'failed', assertionResults: [] })),
  })

  it('adds up', () => {
    const run = script('test-summary.ts', json('a.json', report(3, 0, 1, 0)), json('b.json', report(4, 0, 0, 0)))
    expect(run).toMatchObject({ status: 0, stdout: '7 passed, 0 failed, 1 skipped\n' })
  })

  it('fails with a failed test', () => {
    expect(script('test-summary.ts', json('a.json', report(3, 2, 0, 0)))).toMatchObject({
      status: 1,
      stdout: '3 passed, 2 failed, 0 skipped\n',
    })
  })

  it('counts a file that could not be loaded', () => {
    expect(script('test-summary.ts', json('a.json', report(3, 0, 0, 1)))).toMatchObject({
      status: 1,
      stdout: '3 passed, 1 failed, 0 skipped\n',
    })
  })

  it('counts a missing report, and fails where nothing ran', () => {
    expect(script('test-summary.ts', join(folder, 'missing.json'))).toMatchObject({
      status: 1,
      stdout: '0 passed, 1 failed, 0 skipped\n',
    })
    expect(script('test-summary.ts', json('a.json', report(0, 0, 5, 0))).status).toBe(1)
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
