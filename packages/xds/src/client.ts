import { Backoff, type Clock, formatError, type Logger, type Random, type Timer } from '@mizzen/base'
import { GrpcStream } from './client/grpc-stream.ts'
import { type Difference, ReceivedType } from './client/received-type.ts'
import type { TypeUrl } from './source.ts'
import { NAMED_TYPES, shortType } from './types.ts'
import { encodeNode, type NodeInfo } from './wire/node.ts'
import { encodeDeltaRequest, encodeSotwRequest } from './wire/requests.ts'
import { decodeDeltaResponse, decodeSotwResponse, type WireResponse } from './wire/responses.ts'

export type { NodeInfo } from './wire/node.ts'

/** One resource as it came. */
export interface ReceivedResource {
  readonly name: string
  /** Delta: the resource's own version. State of the world: the version of the response. */
  readonly version: string
  /** The message itself, without its Any. It shares memory with its response: copy it to keep it for long. */
  readonly body: Uint8Array
}

/** What one response changes, in either mode: what the client has already is left out. Empty at times, as a first answer is. */
export interface AdsUpdate {
  readonly typeUrl: TypeUrl
  readonly upserts: readonly ReceivedResource[]
  /** Names that are gone, or (delta) that are wanted and do not exist. */
  readonly removals: readonly string[]
}

/** Refused resources keep their last good version; the others of the same response count as accepted. */
export type Verdict = 'accepted' | { readonly rejected: readonly { readonly name: string; readonly message: string }[] }

export interface AdsClientOptions {
  /** `host:port`, plaintext. */
  readonly target: string
  readonly node: NodeInfo
  readonly mode: 'sotw' | 'delta'
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Called with each response, synchronously, one at a time; the verdict is the ACK or the NACK. Throwing refuses everything. */
  readonly onUpdate: (update: AdsUpdate) => Verdict
  /**
   * Asked after each `onUpdate`: what was accepted is in use once this resolves; undefined = it is. The acknowledgement
   * waits for it, and so does the next response. It must end.
   */
  readonly inUse?: () => Promise<void> | undefined
  /** True: a stream is open and the server has answered. False: that stream has ended; a new one is on its way. */
  readonly onConnected?: (connected: boolean) => void
  /** What was kept from an earlier run (delta resumption): versions by type and name. */
  readonly known?: ReadonlyMap<TypeUrl, ReadonlyMap<string, string>>
  /** Largest response taken, bytes; default 64 MiB. A larger one ends the stream. */
  readonly maxMessageBytes?: number
}

export interface AdsClient {
  /** Connects, and reconnects until `close`: 200 ms to 5 s between tries, with jitter. */
  start(): void
  /**
   * Sets what is wanted of a type; replaces the earlier call for it. `*` is everything; names beside it are for servers that
   * send some resources only to those who name them. Names that are dropped are forgotten at once: no removal is reported
   * for them. May be called within `onUpdate`: it goes out after the acknowledgement. The order of the first calls is the
   * order of the first requests of each stream.
   */
  subscribe(typeUrl: TypeUrl, names: readonly string[] | '*'): void
  readonly connected: boolean
  /** Ends the stream. `onUpdate` and `onConnected` are not called any more. */
  close(): void
}

const SERVICE = '/envoy.service.discovery.v3.AggregatedDiscoveryService'
const RETRY = { baseMs: 200, maxMs: 5_000 }
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024
/** Responses that wait until an earlier one is in use: a server sends one of each type before it is answered. */
const MAX_WAITING = 64
/** Longest text about one refused resource, characters. */
const MAX_REASON = 1_000

/** An ADS client over one HTTP/2 stream. What was received stays valid while the server is away. */
export function createAdsClient(options: AdsClientOptions): AdsClient {
  return new StreamingAdsClient(options)
}

class StreamingAdsClient implements AdsClient {
  readonly #options: AdsClientOptions
  readonly #types = new Map<TypeUrl, ReceivedType>()
  readonly #backoff: Backoff
  #stream: GrpcStream | undefined
  #retry: Timer | undefined
  #state: 'new' | 'running' | 'closed' = 'new'
  #connected = false
  #nodeSent = false
  /** From `onUpdate` to its acknowledgement: subscriptions wait for that. */
  #updating = false
  /** Responses that came meanwhile. */
  #waiting: Buffer[] = []

  constructor(options: AdsClientOptions) {
    this.#options = options
    this.#backoff = new Backoff(RETRY, options.random)
  }

  get connected(): boolean {
    return this.#connected
  }

  start(): void {
    if (this.#state !== 'new') return
    this.#state = 'running'
    this.#connect()
  }

  subscribe(typeUrl: TypeUrl, names: readonly string[] | '*'): void {
    this.#type(typeUrl).want(names === '*' ? ['*'] : names)
    if (!this.#updating) this.#ask()
  }

  close(): void {
    this.#state = 'closed'
    this.#connected = false
    this.#retry?.cancel()
    this.#stream?.destroy()
    this.#stream = undefined
    this.#waiting = []
  }

  #type(typeUrl: TypeUrl): ReceivedType {
    const known = this.#types.get(typeUrl)
    if (known !== undefined) return known
    const type = new ReceivedType(typeUrl, this.#options.known?.get(typeUrl))
    this.#types.set(typeUrl, type)
    return type
  }

  #connect(): void {
    const { mode, target, clock, maxMessageBytes = MAX_MESSAGE_BYTES } = this.#options
    for (const type of this.#types.values()) type.forgetStream()
    this.#nodeSent = false
    this.#updating = false
    this.#waiting = []
    this.#stream = new GrpcStream({
      ...{ target, clock, maxMessageBytes },
      path: `${SERVICE}/${mode === 'sotw' ? 'StreamAggregatedResources' : 'DeltaAggregatedResources'}`,
      onMessage: (bytes) => this.#receive(bytes),
      onEnd: (reason) => this.#lost(reason),
    })
    this.#ask()
  }

  #lost(reason: string): void {
    this.#stream = undefined
    if (this.#state === 'closed') return
    const delayMs = this.#backoff.next()
    const { logger, clock, target } = this.#options
    logger.warn('xDS stream ended', { target, reason, retryMs: Math.round(delayMs) })
    this.#retry = clock.after(delayMs, () => this.#connect())
    if (!this.#connected) return
    this.#connected = false
    this.#options.onConnected?.(false)
  }

  #receive(bytes: Buffer): void {
    if (!this.#updating) this.#take(bytes)
    else if (this.#waiting.length < MAX_WAITING) this.#waiting.push(bytes)
    else {
      this.#stream?.destroy()
      this.#lost('more responses than can wait for an acknowledgement')
    }
  }

  #take(bytes: Buffer): void {
    const { mode } = this.#options
    const response = mode === 'sotw' ? decodeSotwResponse(bytes) : decodeDeltaResponse(bytes)
    const type = this.#types.get(response.typeUrl)
    if (type === undefined) return
    this.#backoff.reset()
    if (!this.#connected) {
      this.#connected = true
      this.#options.onConnected?.(true)
    }
    type.nonce = response.nonce
    this.#updating = true
    const error = this.#apply(type, response)
    const inUse = this.#options.inUse?.()
    const stream = this.#stream
    if (inUse === undefined) this.#finish(stream, type, error)
    else void inUse.then(() => this.#finish(stream, type, error))
  }

  /** @param stream that the response came by; another one, or none, may have taken its place meanwhile */
  #finish(stream: GrpcStream | undefined, type: ReceivedType, error: string | undefined): void {
    if (stream === undefined || stream !== this.#stream) return
    this.#updating = false
    this.#acknowledge(type, error)
    this.#ask()
    const next = this.#waiting.shift()
    if (next !== undefined) this.#take(next)
  }

  /** The words of the refusal, or undefined if all is accepted. */
  #apply(type: ReceivedType, response: WireResponse): string | undefined {
    const { mode } = this.#options
    const difference = type.difference(mode, response)
    const refused = this.#verdict(type, difference)
    type.accept(mode, difference, new Set(refused.keys()))
    if (refused.size === 0) {
      type.version = response.version
      return undefined
    }
    const error = [...refused].map(([name, message]) => `${name}: ${message.slice(0, MAX_REASON)}`).join('\n')
    this.#options.logger.warn('refused configuration', { type: shortType(type.typeUrl), error })
    return error
  }

  /** What is refused, with the reason for each. */
  #verdict({ typeUrl }: ReceivedType, { upserts, removals }: Difference): ReadonlyMap<string, string> {
    try {
      const verdict = this.#options.onUpdate({ typeUrl, upserts, removals })
      return new Map(verdict === 'accepted' ? [] : verdict.rejected.map(({ name, message }) => [name, message]))
    } catch (error) {
      const message = formatError(error)
      return new Map([...upserts.map(({ name }) => name), ...removals].map((name) => [name, message]))
    }
  }

  #acknowledge(type: ReceivedType, error: string | undefined): void {
    if (this.#options.mode === 'sotw') this.#askSotw(type, error)
    else this.#askDelta(type, type.nonce, error)
  }

  /** Sends what the server does not know yet of what is wanted. */
  #ask(): void {
    if (this.#stream === undefined) return
    for (const type of this.#types.values()) {
      // An empty first request would mean nothing for types that are asked for by name.
      const idle = type.asked === undefined && type.wanted.size === 0
      if (idle || sameNames(type.asked, type.wanted)) continue
      if (this.#options.mode === 'sotw') this.#askSotw(type, undefined)
      else this.#askDelta(type, '', undefined)
    }
  }

  #askSotw(type: ReceivedType, error: string | undefined): void {
    const { typeUrl, version, nonce, wanted } = type
    type.asked = wanted
    const names = firstNames(typeUrl, wanted)
    this.#stream?.send(encodeSotwRequest({ typeUrl, version, nonce, names, error, node: this.#node() }))
  }

  #askDelta(type: ReceivedType, nonce: string, error: string | undefined): void {
    const { typeUrl, wanted, asked } = type
    const first = asked === undefined
    type.asked = wanted
    this.#stream?.send(
      encodeDeltaRequest({
        ...{ typeUrl, nonce, error, node: this.#node() },
        subscribe: first ? firstNames(typeUrl, wanted) : missingFrom(asked, wanted),
        unsubscribe: first ? [] : missingFrom(wanted, asked),
        initialVersions: first ? type.versions : new Map(),
      }),
    )
  }

  /** Only the first request of a stream says who asks. */
  #node(): Uint8Array | undefined {
    if (this.#nodeSent) return undefined
    this.#nodeSent = true
    return encodeNode(this.#options.node)
  }
}

/** A first request asks for everything by naming nothing, except for types that are asked for by name. */
function firstNames(typeUrl: TypeUrl, wanted: ReadonlySet<string>): readonly string[] {
  return wanted.size === 1 && wanted.has('*') && !NAMED_TYPES.has(typeUrl) ? [] : [...wanted]
}

function sameNames(a: ReadonlySet<string> | undefined, b: ReadonlySet<string>): boolean {
  return a !== undefined && a.size === b.size && [...a].every((name) => b.has(name))
}

/** Names of `all` that `some` lacks. */
function missingFrom(some: ReadonlySet<string>, all: ReadonlySet<string>): readonly string[] {
  return [...all].filter((name) => !some.has(name))
}
