import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, systemClock } from '@mizzen/base'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createFileSink } from '../src/telemetry/log-sink.ts'
import { until } from './until.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mizzen-log-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const read = (file: string) => {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

it('writes all lines in order, bytes as they are', async () => {
  const file = join(folder, 'log')
  const sink = createFileSink(file, systemClock, silentLogger)
  const lines = Array.from({ length: 5000 }, (_, index) => `line ${index} \xff\n`)
  for (const line of lines) sink.write(line)
  await sink.close()
  expect(read(file)).toBe(lines.join(''))
  expect(sink.dropped).toBe(0)
})

it('writes soon without being told to', async () => {
  const file = join(folder, 'log')
  const sink = createFileSink(file, systemClock, silentLogger)
  sink.write('one\n')
  await until('the line', () => read(file) === 'one\n')
  await sink.close()
})

it('drops and counts what does not fit, and never grows without bound', async () => {
  const sink = createFileSink(join(folder, 'log'), systemClock, silentLogger)
  const line = 'x'.repeat(1024 * 1024)
  for (let index = 0; index < 20; index += 1) sink.write(line)
  expect(sink.dropped).toBeGreaterThan(10)
  await sink.close()
})

it('goes on after a file that cannot be opened', async () => {
  const file = join(folder, 'later', 'log')
  const sink = createFileSink(file, systemClock, silentLogger)
  sink.write('lost\n')
  await until('the loss', () => sink.dropped === 1)
  mkdirSync(join(folder, 'later'))
  sink.write('kept\n')
  await sink.close()
  expect(read(file)).toBe('kept\n')
})

it('opens its file anew when told to', async () => {
  const file = join(folder, 'log')
  const sink = createFileSink(file, systemClock, silentLogger)
  sink.write('old\n')
  await until('the line', () => read(file) === 'old\n')
  renameSync(file, `${file}.1`)
  sink.reopen()
  sink.write('new\n')
  await sink.close()
  expect([read(`${file}.1`), read(file)]).toEqual(['old\n', 'new\n'])
})
