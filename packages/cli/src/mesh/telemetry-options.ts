import { MizzenError } from '@mizzen/base'
import type { Command } from 'commander'

/** Where what a mesh tells of itself is looked up, or passed on to. */
export interface TelemetryOptions {
  /** A Prometheus that answers queries of metrics. */
  readonly prometheus?: URL
  readonly traceCollector?: URL
  /** Part of the traces that is passed on, 0 to 100. */
  readonly traceSampling?: number
}

/** The same for a control plane and for a whole mesh. */
export function withTelemetryOptions(command: Command): Command {
  return command
    .option('--prometheus <url>', 'answers queries of metrics in place of the history that is kept here', parseUrl)
    .option('--trace-collector <url>', 'spans are passed on to it by OTLP, or to Zipkin: URL/api/v2/spans', parseUrl)
    .option('--trace-sampling <percent>', 'part of the traces that is passed on (default: 100)', parsePercent)
}

/** The options as arguments of `control-plane`. */
export function telemetryArguments({ prometheus, traceCollector, traceSampling }: TelemetryOptions): readonly string[] {
  return [
    ...(prometheus === undefined ? [] : ['--prometheus', prometheus.href]),
    ...(traceCollector === undefined ? [] : ['--trace-collector', traceCollector.href]),
    ...(traceSampling === undefined ? [] : ['--trace-sampling', String(traceSampling)]),
  ]
}

function parseUrl(text: string): URL {
  if (/^https?:/.test(text) && URL.canParse(text)) return new URL(text)
  throw new MizzenError('usage', `${text} is not an http or https URL`)
}

function parsePercent(text: string): number {
  const percent = Number(text)
  if (text.trim() !== '' && percent >= 0 && percent <= 100) return percent
  throw new MizzenError('usage', `--trace-sampling must be a number from 0 to 100, and is ${JSON.stringify(text)}`)
}
