import { count } from '../arguments.ts'
import type { Bench } from '../bench.ts'
import { telemetryFigures } from './telemetry.ts'

const SERIES = 100
const TARGETS = { cores: 1, mebibytes: 500 }

export const telemetryCommand: Bench = {
  usage: '[--proxies N] [--seconds N]',
  async run(given, signal, say) {
    const proxies = count('proxies', given, 1_000)
    const seconds = count('seconds', given, 10)
    say(`${proxies} proxies stream ${SERIES} series each, twice a second …`)
    const facts = await telemetryFigures(proxies, SERIES, seconds, signal)
    const mebibytes = facts.residentBytes / 1_024 ** 2
    const rows = [
      ['a message', `${facts.microsPerMessage.toFixed(0)} µs, ${(facts.bytesPerMessage / 1_024).toFixed(0)} KiB`],
      ['processor', `${facts.cores.toFixed(2)} cores (target below ${TARGETS.cores})`],
      ['a new stream', `${(facts.microsPerStream / 1_000).toFixed(1)} ms`],
      ['taken', `${facts.messagesPerSecond.toFixed(0)} messages a second`],
      ['resident memory', `${mebibytes.toFixed(0)} MiB (target below ${TARGETS.mebibytes})`],
      ['counted', `${facts.counted} of ${facts.sent} requests`],
    ]
    return { facts, text: rows.map(([name = '', value]) => `${name.padEnd(18)}${value}`).join('\n') }
  },
}
