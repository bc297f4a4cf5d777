import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseExposition, parseSeries } from '../src/index.ts'
import { renderPrometheus } from '../src/render.ts'

const PAGE = `# HELP istio_requests_total requests
# TYPE istio_requests_total counter
istio_requests_total{reporter="source",destination_version="v1"} 70
istio_requests_total{destination_version="v2",reporter="source"} 30 1700000000000

# TYPE envoy_server_live gauge
envoy_server_live 1
# TYPE istio_request_bytes histogram
istio_request_bytes_bucket{le="10"} 1
istio_request_bytes_bucket{le="+Inf"} 2
istio_request_bytes_sum{} 1.5e3
istio_request_bytes_count 2
`

describe('parseExposition', () => {
  it('reads samples, types and timestamps', () => {
    const { samples, types } = parseExposition(PAGE)
    expect(samples.map(({ series, value }) => `${series.key} ${value}`)).toEqual([
      'istio_requests_total{destination_version="v1",reporter="source"} 70',
      'istio_requests_total{destination_version="v2",reporter="source"} 30',
      'envoy_server_live 1',
      'istio_request_bytes_bucket{le="10"} 1',
      'istio_request_bytes_bucket{le="+Inf"} 2',
      'istio_request_bytes_sum 1500',
      'istio_request_bytes_count 2',
    ])
    expect([...types]).toEqual([
      ['istio_requests_total', 'counter'],
      ['envoy_server_live', 'gauge'],
      ['istio_request_bytes', 'histogram'],
    ])
  })

  it('passes over other prefixes, even broken ones', () => {
    const { samples } = parseExposition(`envoy broken line here\n${PAGE}`, 'istio_')
    expect(samples).toHaveLength(6)
  })

  it.each([
    ['a', 'line 1: no value'],
    ['ok 1\nb{x="1" 2', 'line 2'],
    ['a{x="1"} none', 'line 1: "none" is not a number'],
    ['a{x="1"} 1 2 3', 'line 1: text after the timestamp'],
    ['a{x="1",x="2"} 1', 'label x occurs twice'],
    ['a{x=1} 1', 'the value of label x is not quoted'],
    ['a{="1"} 1', 'no label name'],
    ['9a 1', 'no metric name'],
    ['a{x="1"y="2"} 1', 'no ","'],
  ])('refuses %j', (text, message) => {
    expect(() => parseExposition(text)).toThrow(message)
  })

  it('reads back whatever label values it prints', () => {
    const labels = fc.dictionary(fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/), fc.string({ unit: 'binary' }))
    fc.assert(
      fc.property(labels, fc.double({ noNaN: true }), (values, value) => {
        const pairs = Object.entries(values).map(([name, text]) => `${name}="${escaped(text)}"`)
        const { samples } = parseExposition(`m{${pairs.join(',')}} ${spelled(value)}\n`)
        expect(samples).toHaveLength(1)
        expect(Object.fromEntries(samples[0]!.series.labels)).toEqual(values)
        const merged = samples.map(({ series, value }) => {
          return { name: series.name, labels: Object.fromEntries(series.labels), value }
        })
        expect(parseExposition(renderPrometheus(merged, new Map())).samples).toEqual(samples)
      }),
      { numRuns: 50 },
    )
  })
})

it('gives one key to the same labels in any order', () => {
  expect(parseSeries('m{b="2",a="1"}').key).toBe(parseSeries('m{a="1", b="2"}').key)
})

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

function spelled(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value)
}
