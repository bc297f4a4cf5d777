import { type Clock, type Logger, MizzenError, type Random } from '@mizzen/base'
import { Admission } from './admission.ts'
import { GRPC_CODE, type GrpcCall } from './grpc/grpc-call.ts'
import { GrpcServer } from './grpc/grpc-server.ts'
import type { Mode } from './order/holdings.ts'
import { Sharing } from './order/sharing.ts'
import { ProxyStream, type StreamContext } from './proxy-stream.ts'
import { SharedPayloads } from './shared-payloads.ts'
import type { ProxyStatus, ViewSource } from './source.ts'

export interface XdsServerOptions {
  readonly source: ViewSource
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** What else is served on the port, by path: `/package.Service/Method`. */
  readonly methods?: ReadonlyMap<string, (call: GrpcCall) => void>
  /** Streams served at once; the next is refused with RESOURCE_EXHAUSTED. Default 10,000. */
  readonly maxStreams?: number
  /** Streams that are given their first configuration at once; the next wait until it is their turn. Default 32. */
  readonly maxStarting?: number
}

/** `updated` comes after each request of the proxy, and each change of what it should have. */
export interface StatusEvent {
  readonly type: 'connected' | 'updated' | 'disconnected'
  readonly status: ProxyStatus
}

export interface XdsServer {
  /** Listens without TLS; port 0 lets the system choose. Resolves with the port. Throws MizzenError `port-in-use`, `listen-failed`. */
  listen(host: string, port: number): Promise<number>
  /** One per proxy, in the order of their arrival. Of two streams of one node id, the later one. */
  statuses(): readonly ProxyStatus[]
  /** Returns the call that ends it. */
  onStatus(listener: (event: StatusEvent) => void): () => void
  /** Ends every stream with UNAVAILABLE (clients reconnect elsewhere, or later) and stops listening. */
  close(): Promise<void>
}

const SERVICE = '/envoy.service.discovery.v3.AggregatedDiscoveryService'
/** A resuming client lists a version for each resource that it has. */
const MAX_REQUEST_BYTES = 32 * 1024 * 1024
/** A client that has not taken its first configuration after this long does not keep others waiting. */
const STARTING_MS = 1_000
/** For `close`: how long clients have to take note. */
const CLOSE_MS = 1_000

/** The ADS server: state of the world and delta on one port. */
export function createXdsServer(options: XdsServerOptions): XdsServer {
  return new AdsServer(options)
}

class AdsServer implements XdsServer {
  readonly #options: XdsServerOptions
  readonly #context: StreamContext
  readonly #server: GrpcServer
  readonly #streams = new Set<ProxyStream>()
  readonly #listeners = new Set<(event: StatusEvent) => void>()

  constructor(options: XdsServerOptions) {
    this.#options = options
    const { source, clock, logger, random } = options
    const instance = Math.floor(random() * 0x100000000).toString(16)
    this.#context = {
      admission: new Admission({ clock, limit: options.maxStarting ?? 32, patienceMs: STARTING_MS }),
      ...{ source, clock, logger, identifier: `mizzen-${instance.padStart(8, '0')}` },
      sharing: new Sharing(),
      payloads: { sotw: new SharedPayloads('sotw'), delta: new SharedPayloads('delta') },
      onOpen: (stream) => this.#emit('connected', stream),
      onUpdate: (stream) => this.#emit('updated', stream),
      onEnd: (stream) => this.#ended(stream),
    }
    this.#server = new GrpcServer({
      clock,
      maxMessageBytes: MAX_REQUEST_BYTES,
      methods: new Map([
        ...(options.methods ?? []),
        [`${SERVICE}/StreamAggregatedResources`, (call: GrpcCall) => this.#accept(call, 'sotw')],
        [`${SERVICE}/DeltaAggregatedResources`, (call: GrpcCall) => this.#accept(call, 'delta')],
      ]),
    })
  }

  async listen(host: string, port: number): Promise<number> {
    try {
      return await this.#server.listen(host, port)
    } catch (error) {
      throw listenError(`${host.includes(':') ? `[${host}]` : host}:${port}`, error as NodeJS.ErrnoException)
    }
  }

  statuses(): readonly ProxyStatus[] {
    const byId = new Map<string, ProxyStream>()
    for (const stream of this.#streams) if (stream.node !== undefined) byId.set(stream.node.id, stream)
    return [...byId.values()].map((stream) => stream.status())
  }

  onStatus(listener: (event: StatusEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    for (const stream of this.#streams) stream.fail(GRPC_CODE.UNAVAILABLE, 'control plane is shutting down')
    await this.#server.close(CLOSE_MS)
  }

  #accept(call: GrpcCall, mode: Mode): void {
    const { maxStreams = 10_000 } = this.#options
    const stream = new ProxyStream(call, mode, this.#context)
    this.#streams.add(stream)
    if (this.#streams.size > maxStreams) stream.fail(GRPC_CODE.RESOURCE_EXHAUSTED, `more than ${maxStreams} streams`)
  }

  #ended(stream: ProxyStream): void {
    this.#streams.delete(stream)
    const { node } = stream
    if (node === undefined) return
    // A proxy that reconnects is often here again before its old stream is known to be dead.
    if ([...this.#streams].some((other) => other.node?.id === node.id)) return
    this.#options.source.release(node)
    this.#emit('disconnected', stream)
  }

  #emit(type: StatusEvent['type'], stream: ProxyStream): void {
    if (this.#listeners.size === 0) return
    const event = { type, status: stream.status() }
    for (const listener of this.#listeners) listener(event)
  }
}

function listenError(address: string, error: NodeJS.ErrnoException): MizzenError {
  if (error.code === 'EADDRINUSE') {
    return new MizzenError('port-in-use', `xDS cannot listen on ${address}: the port is in use`, {
      hint: 'choose another port, or end the program that uses it',
      cause: error,
    })
  }
  return new MizzenError('listen-failed', `xDS cannot listen on ${address}: ${error.message}`, { cause: error })
}
