import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePorts } from '../free-ports.ts'
import { accepts } from '../readiness.ts'
import { ServerProcess } from '../server-process.ts'

/** A span as OpenTelemetry's collector writes it to a file: OTLP's JSON. */
export interface CollectedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly status: { readonly code?: number; readonly message?: string }
  readonly attributes?: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[]
}

interface Collected {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes?: CollectedSpan['attributes'] }
    readonly scopeSpans: readonly { readonly spans: readonly CollectedSpan[] }[]
  }[]
}

/** OpenTelemetry's collector in a process of its own: what it takes by OTLP and Zipkin it writes down, request by request. */
export class OtelCollector {
  /** OTLP by gRPC and by HTTP, and Zipkin. */
  readonly ports: { readonly grpc: number; readonly http: number; readonly zipkin: number }
  readonly otlp: URL
  readonly grpc: URL
  readonly zipkin: URL
  readonly #binary: string
  readonly #folder: string
  readonly #files: string[] = []
  #server: ServerProcess | undefined

  private constructor(binary: string, folder: string, ports: OtelCollector['ports']) {
    this.#binary = binary
    this.#folder = folder
    this.ports = ports
    this.otlp = new URL(`http://127.0.0.1:${ports.http}/v1/traces`)
    this.grpc = new URL(`grpc://127.0.0.1:${ports.grpc}`)
    this.zipkin = new URL(`http://127.0.0.1:${ports.zipkin}/api/v2/spans`)
  }

  /** @param folder where it writes; the caller removes it */
  static async start(binary: string, folder: string): Promise<OtelCollector> {
    const [grpc, http, zipkin] = (await freePorts(3)) as [number, number, number]
    const collector = new OtelCollector(binary, folder, { grpc, http, zipkin })
    await collector.startAgain()
    return collector
  }

  get pid(): number {
    return (this.#server as ServerProcess).pid
  }

  /** With the same addresses. */
  async startAgain(): Promise<void> {
    const run = this.#files.length
    const written = join(this.#folder, `spans-${run}.json`)
    const config = join(this.#folder, `collector-${run}.json`)
    writeFileSync(config, JSON.stringify(configuration(this.ports, written)))
    this.#files.push(written)
    const command = { name: 'otel-collector', command: this.#binary, args: ['--config', config] }
    this.#server = await ServerProcess.start(command, async () => {
      const ready = await Promise.all(Object.values(this.ports).map((port) => accepts(port)))
      return ready.every(Boolean)
    })
  }

  async stop(signal?: NodeJS.Signals): Promise<void> {
    await this.#server?.stop(signal)
  }

  /** The requests that have a span of the trace, in the order in which they came. */
  requests(traceId: string): readonly unknown[] {
    return this.#lines().filter((line) => spansOf(line).some((span) => span.traceId === traceId))
  }

  /** Of all traces, or of one. */
  spans(traceId?: string): readonly CollectedSpan[] {
    return this.#lines()
      .flatMap(spansOf)
      .filter((span) => traceId === undefined || span.traceId === traceId)
  }

  #lines(): readonly Collected[] {
    return this.#files.filter(existsSync).flatMap((file) => {
      // The last line may be one that is being written.
      const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
      return lines.map((line) => JSON.parse(line) as Collected)
    })
  }
}

function spansOf({ resourceSpans }: Collected): readonly CollectedSpan[] {
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
}

/** https://opentelemetry.io/docs/collector/configuration/ */
function configuration({ grpc, http, zipkin }: OtelCollector['ports'], file: string): unknown {
  const at = (port: number) => ({ endpoint: `127.0.0.1:${port}` })
  return {
    receivers: { otlp: { protocols: { grpc: at(grpc), http: at(http) } }, zipkin: at(zipkin) },
    exporters: { file: { path: file, flush_interval: '50ms' } },
    service: {
      telemetry: { metrics: { level: 'none' }, logs: { level: 'warn' } },
      pipelines: { traces: { receivers: ['otlp', 'zipkin'], exporters: ['file'] } },
    },
  }
}
