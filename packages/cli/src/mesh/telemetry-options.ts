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

const COLLECTOR =
  'spans are passed on to it: by OTLP over gRPC (grpc://HOST, or http://HOST:4317), by OTLP over HTTP (http://HOST:4318), or to Zipkin (URL/api/v2/spans)'

/** The same for a control plane and for a whole mesh. */
export function withTelemetryOptions(command: Command): Command {
  return command
    .option('--prometheus <url>', 'answers queries of metrics in place of the history that is kept here', (text) =>
      parseUrl(text),
    )
    .option('--trace-collector <url>', COLLECTOR, (text) => parseUrl(text, ['http', 'https', 'grpc', 'grpcs']))
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

function parseUrl(text: string, schemes: readonly string[] = ['http', 'https']): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && url.host !== '' && schemes.includes(url.protocol.slice(0, -1))) return url
  throw new MizzenError('usage', `${text} is not a URL of ${schemes.join(', ')}`)
}

function parsePercent(text: string): number {
  const percent = Number(text)
  if (text.trim() !== '' && percent >= 0 && percent <= 100) return percent
  throw new MizzenError('usage', `--trace-sampling must be a number from 0 to 100, and is ${JSON.stringify(text)}`)
}
