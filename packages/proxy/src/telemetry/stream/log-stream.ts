import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import type { Clock, Timer } from '@mizzen/base'
import { ServiceStream, type ServiceStreamOptions } from './service-stream.ts'

export interface LogStreamOptions extends Omit<ServiceStreamOptions, 'path' | 'onOpen'> {
  readonly clock: Clock
  /** envoy.config.core.v3.Node */
  readonly node: Uint8Array
  readonly logName: string
  readonly flushIntervalMs: number
  readonly bufferBytes: number
}

const METHOD = '/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs'
/** Waits for a service that is away; further entries are dropped and counted. */
const MAX_WAITING_BYTES = 1024 * 1024
/** Field of StreamAccessLogsMessage that has the entries. */
const HTTP_LOGS = 2
const TCP_LOGS = 3

/** Sends log entries to an access-log service, in batches. Loses what does not fit into its buffer. */
export class LogStream {
  readonly #options: LogStreamOptions
  readonly #stream: ServiceStream
  #http: Uint8Array[] = []
  #tcp: Uint8Array[] = []
  #bytes = 0
  #timer: Timer | undefined
  #greeted = false
  written = 0
  dropped = 0

  constructor(options: LogStreamOptions) {
    this.#options = options
    const onOpen = () => {
      this.#greeted = false
      this.#flush()
    }
    this.#stream = new ServiceStream({ ...options, path: METHOD, onOpen })
  }

  /** Whether another entry has room. */
  get hasRoom(): boolean {
    return this.#bytes < MAX_WAITING_BYTES
  }

  add(entry: Uint8Array, kind: 'http' | 'tcp'): void {
    const waiting = kind === 'http' ? this.#http : this.#tcp
    waiting.push(entry)
    this.written += 1
    this.#bytes += entry.length
    if (this.#bytes >= this.#options.bufferBytes) this.#flush()
    else this.#timer ??= this.#options.clock.after(this.#options.flushIntervalMs, () => this.#flush())
  }

  async close(): Promise<void> {
    this.#flush()
    this.#timer?.cancel()
    await this.#stream.close()
  }

  /** Nothing happens while there is no connection: `onOpen` comes here again. */
  #flush(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    if (!this.#stream.isOpen) return
    if (this.#http.length > 0) this.#send(HTTP_LOGS, this.#http)
    if (this.#tcp.length > 0) this.#send(TCP_LOGS, this.#tcp)
    this.#http = []
    this.#tcp = []
    this.#bytes = 0
  }

  /** StreamAccessLogsMessage: identifier 1 (node 1, log_name 2) in the first one; entries are field 1 of their list. */
  #send(field: number, entries: readonly Uint8Array[]): void {
    const message = new BinaryWriter()
    if (!this.#greeted) {
      const { node, logName } = this.#options
      message.tag(1, WireType.LengthDelimited).fork()
      message.tag(1, WireType.LengthDelimited).bytes(node)
      message.tag(2, WireType.LengthDelimited).string(logName)
      message.join()
      this.#greeted = true
    }
    message.tag(field, WireType.LengthDelimited).fork()
    for (const entry of entries) message.tag(1, WireType.LengthDelimited).bytes(entry)
    message.join()
    this.#stream.send(message.finish())
  }
}
