import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { telemetryArguments, withTelemetryOptions } from '../src/mesh/telemetry-options.ts'

const parse = (...args: string[]) => withTelemetryOptions(new Command()).parse(args, { from: 'user' }).opts()

describe('where telemetry goes', () => {
  it('is the same for the control plane that `up` starts', () => {
    const given = ['--prometheus', 'http://p:9090/', '--trace-collector', 'http://c:4318/', '--trace-sampling', '12.5']
    expect(telemetryArguments(parse(...given))).toEqual(given)
    expect(telemetryArguments(parse())).toEqual([])
    const byGrpc = ['--trace-collector', 'grpcs://c:4317']
    expect(telemetryArguments(parse(...byGrpc))).toEqual(byGrpc)
    expect(telemetryArguments(parse('--trace-sampling', '0'))).toEqual(['--trace-sampling', '0'])
  })

  it.each([
    ['--trace-sampling', '101'],
    ['--trace-sampling', '-1'],
    ['--trace-sampling', ''],
    ['--trace-sampling', 'all'],
    ['--trace-collector', 'c:4318'],
    ['--trace-collector', 'http://'],
    ['--trace-collector', 'grpc://'],
    ['--trace-collector', 'grpc:c'],
    ['--prometheus', 'grpc://p'],
    ['--prometheus', 'ftp://p'],
  ])('is refused: %s %j', (option, value) => {
    expect(() => parse(`${option}=${value}`)).toThrow(expect.objectContaining({ code: 'usage' }))
  })
})
