import { describe, expect, it } from 'vitest'
import { banner } from '../src/up/banner.ts'
import { createDisplay } from '../src/up/display.ts'
import { liveLine } from '../src/up/live-line.ts'

const signals = (version: string, share: number, more = {}) => ({
  reporter: 'source',
  service: 'myapp.default.svc.cluster.local',
  version,
  share,
  requests: 100 * share,
  requestsPerSecond: 20 * share,
  errorRate: 0,
  p50Ms: 1.25,
  p95Ms: 9.9,
  p99Ms: 14.4,
  attempts: 0,
  ...more,
})

describe('liveLine', () => {
  it('shows share, rate, errors and latency of each version', () => {
    const line = liveLine([signals('v1', 0.7), signals('v2', 0.3, { errorRate: 0.125, p50Ms: null })], 500)
    expect(line).toBe('myapp  v1 70% 14.0/s 0.0% errors p50 1.3ms p99 14ms │ v2 30% 6.0/s 12.5% errors p50 - p99 14ms')
  })

  it('is about what callers see, and about real services', () => {
    expect(liveLine([signals('v1', 1, { reporter: 'destination' })], 80)).toBe('no requests yet')
    expect(liveLine([signals('v1', 1, { service: 'unknown' })], 80)).toBe('no requests yet')
    expect(liveLine([signals('v1', 1, { service: 'a.shop.svc.cluster.local' })], 80)).toMatch(/^a\.shop {2}v1/)
  })

  it('fits the terminal', () => {
    const two = liveLine([signals('v1', 0.7), signals('v2', 0.3)], 80)
    expect(two).toBe('myapp  v1 70% 14/s 0.0% err 1.3ms/14ms │ v2 30% 6/s 0.0% err 1.3ms/14ms')
    expect(liveLine([signals('v1', 1)], 20)).toHaveLength(20)
  })
})

describe('createDisplay', () => {
  const io = (written: string[], env = {}) =>
    ({ env, columns: () => 80, out: (text: string) => void written.push(text) }) as never

  it('keeps lines above the live line on a terminal', () => {
    const written: string[] = []
    const display = createDisplay(io(written, { NO_COLOR: '1' }), (text) => void written.push(text), true)
    display.live('live')
    display.say('news')
    display.clear()
    expect(written.join('')).toBe('\r\x1b[2Klive\r\x1b[2Knews\nlive\r\x1b[2K')
  })

  it('writes plain lines elsewhere', () => {
    const written: string[] = []
    const display = createDisplay(io(written), (text) => void written.push(text), false)
    display.live('live')
    display.say('news')
    display.clear()
    expect(written.join('')).toBe('live\nnews\n')
  })
})

it('tells in the banner where everything is and what to try', () => {
  const text = banner({
    gateway: 'http://127.0.0.1:8080',
    api: 'http://127.0.0.1:15014',
    directory: 'examples/canary',
    readyMs: 2_345,
    target: { url: 'http://127.0.0.1:8080/', host: 'shop.example.com' },
    example: { name: 'vs/shop', file: 'examples/canary/vs.yaml' },
  })
  expect(text).toContain('ready after 2.3 s')
  expect(text).toContain(`curl -H 'Host: shop.example.com' http://127.0.0.1:8080/`)
  expect(text).toContain('http://127.0.0.1:15014/metrics')
  expect(text).toContain('npx mizzen wait vs/shop --for programmed')
})
