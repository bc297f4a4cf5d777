/** `canary run --wait` against an API that answers with one report after the other, the last of them again and again. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCommand } from './run-command.ts'

const CANARY = `
apiVersion: mizzen.io/v1alpha1
kind: Canary
metadata: {name: myapp}
spec:
  traffic: {virtualService: myapp}
  stable: {subset: v1}
  canary: {subset: v2}
  steps: [{setWeight: 10}]
`
const PROGRESSING = { verdict: 'progressing', phase: 'Progressing', code: 'Step', reason: 'step 1', timeline: [] }
const GOING_BACK = { ...PROGRESSING, phase: 'RollingBack', code: 'JudgedWorse', reason: '20 % failed' }
const BACK = { ...GOING_BACK, verdict: 'rolledBack', phase: 'RolledBack' }
const PROMOTED = { ...PROGRESSING, verdict: 'promoted', phase: 'CleaningUp', code: 'Promoted' }
const HELD = { ...PROGRESSING, verdict: 'paused', phase: 'Promoted', code: 'StableUnavailable' }

let folder: string
let api: Server
let reports: object[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mizzen-canary-run-'))
  writeFileSync(join(folder, 'canary.yaml'), CANARY)
  api = createServer((request, response) => {
    request.resume()
    const report = request.method === 'GET' && reports.length > 1 ? reports.shift() : reports[0]
    response.setHeader('mizzen-outcome', 'created')
    response.end(JSON.stringify(request.method === 'GET' ? report : {}))
  })
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
})

afterAll(() => {
  api?.closeAllConnections()
  api?.close()
  rmSync(folder, { recursive: true, force: true })
})

it.each([
  ['ends when a bad version is off all traffic', [PROGRESSING, GOING_BACK, GOING_BACK, BACK], '60s', 1, BACK],
  ['ends when a good one has all of it', [PROGRESSING, PROMOTED], '60s', 0, PROMOTED],
  ['is no success where the version could not be tried', [HELD], '60s', 1, HELD],
  ['says what it does not know when its time is over', [PROGRESSING], '0s', 1, { verdict: 'paused' }],
  [
    'says what has been decided when its time is over before all proxies have that',
    ...([[GOING_BACK], '0s', 1] as const),
    { verdict: 'rolledBack', phase: 'RollingBack', reason: 'no end within the timeout; 20 % failed' },
  ],
])('%s', async (_, answers, timeout, status, expected) => {
  // The first is looked at before it begins.
  reports = [answers[0] as object, ...answers]
  const args = ['canary', 'run', '-f', 'canary.yaml', '--wait', '--timeout', timeout, '-o', 'json']
  const env = { MIZZEN_API: `http://127.0.0.1:${(api.address() as AddressInfo).port}`, MIZZEN_HOME: folder }
  const result = await runCommand(args, { cwd: folder, env })
  expect(JSON.parse(result.out), result.err).toMatchObject(expected)
  expect(result.status).toBe(status)
})
