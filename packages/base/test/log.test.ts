import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { expect, it } from 'vitest'
import { createLogger, ManualClock } from '../src/index.ts'

function capture(options: { level?: 'debug' | 'warn'; format?: 'json' } = {}) {
  const lines: string[] = []
  const logger = createLogger({ scope: 'ads', clock: new ManualClock(), write: (line) => lines.push(line), ...options })
  return { lines, logger }
}

it('writes one line a message, with fields that can be parsed again', () => {
  const { lines, logger } = capture()
  logger.info('push\nsent', { proxy: 'sidecar~127.0.0.1~a.b~c', text: 'two words', none: undefined, n: 3 })
  expect(lines).toEqual([
    '1970-01-01T00:00:00.000Z\tinfo\tads\tpush\\nsent\tproxy=sidecar~127.0.0.1~a.b~c text="two words" n=3\n',
  ])
})

it('drops what is below its level', () => {
  const { lines, logger } = capture({ level: 'warn' })
  logger.info('quiet')
  logger.scope('other').error('loud')
  expect(lines).toEqual(['1970-01-01T00:00:00.000Z\terror\tother\tloud\n'])
})

it('writes JSON where asked', () => {
  const { lines, logger } = capture({ format: 'json' })
  logger.warn('late', { ms: 12 })
  expect(JSON.parse(lines[0] as string)).toEqual({
    time: '1970-01-01T00:00:00.000Z',
    level: 'warn',
    scope: 'ads',
    msg: 'late',
    ms: 12,
  })
})

const FULL = '/dev/full'

it.skipIf(!existsSync(FULL))('ends no program when the disk is full', () => {
  const log = openSync(FULL, 'w')
  const program = `
    import { createLogger } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)}
    const logger = createLogger({ scope: 'test' })
    logger.error('one')
    setTimeout(() => { logger.error('two'); setTimeout(() => process.stdout.write('alive'), 10) }, 10)`
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', log],
    encoding: 'utf8',
  })
  closeSync(log)
  expect([status, stdout]).toEqual([0, 'alive'])
})
