import { type Clock, formatError, type Logger, type Timer } from '@mizzen/base'
import type { Admission } from './admission.ts'
import { GRPC_CODE, type GrpcCall } from './grpc/grpc-call.ts'
import type { Mode } from './order/holdings.ts'
import { Session } from './order/session.ts'
import type { SessionRequest } from './order/session-messages.ts'
import type { Sharing } from './order/sharing.ts'
import { liveStatus } from './order/status.ts'
import type { SharedPayloads } from './shared-payloads.ts'
import type { ProxyNode, ProxyStatus, ViewSource } from './source.ts'
import { shortType } from './types.ts'
import { decodeNode } from './wire/node.ts'
import { decodeDeltaRequest, decodeSotwRequest } from './wire/requests.ts'
import { encodeHead } from './wire/responses.ts'

/** How long a client may go without asking for something that it should: one to two of these, milliseconds. */
const TICK_MS = 10_000
/** More than any client uses; a client that asks for more is broken, or means harm. */
const MAX_TYPES = 32
const MAX_NAMES = 200_000

export interface StreamContext {
  /** Whose turn it is to have its first configuration. */
  readonly admission: Admission
  readonly source: ViewSource
  readonly clock: Clock
  readonly logger: Logger
  readonly sharing: Sharing
  readonly payloads: Readonly<Record<Mode, SharedPayloads>>
  /** The control plane's name for itself. */
  readonly identifier: string
  /** The client has said who it is, and what it is sent is decided. */
  readonly onOpen: (stream: ProxyStream) => void
  /** Something in `status` may have changed. */
  readonly onUpdate: (stream: ProxyStream) => void
  /** Called once, after the last of the others. */
  readonly onEnd: (stream: ProxyStream) => void
}

interface Open {
  readonly node: ProxyNode
  readonly session: Session
  readonly status: ProxyStatus
  readonly unsubscribe: () => void
}

/** One stream of one client: moves messages between gRPC and a `Session`. */
export class ProxyStream {
  readonly #call: GrpcCall
  readonly #mode: Mode
  readonly #context: StreamContext
  #open: Open | undefined
  #timer: Timer | undefined
  /** The client does not read as fast as we write; nothing more is composed until it does. */
  #full = false
  #ended = false
  /** The first configuration is there, or the stream over; more calls do nothing. */
  readonly #leave: () => void

  constructor(call: GrpcCall, mode: Mode, context: StreamContext) {
    this.#call = call
    this.#mode = mode
    this.#context = context
    call.listen({
      onMessage: (bytes) => this.#receive(bytes),
      onDrain: () => {
        this.#full = false
        this.#send()
      },
      onEnd: () => this.#finish(() => call.end()),
    })
    call.pause()
    this.#leave = context.admission.enter(() => call.resume())
  }

  /** Undefined until the client has said who it is. */
  get node(): ProxyNode | undefined {
    return this.#open?.node
  }

  /** Where the stream stands whenever it is read: most of it is computed then. Throws before `onOpen`. */
  status(): ProxyStatus {
    if (this.#open === undefined) throw new Error('status of a stream without a node')
    return this.#open.status
  }

  /** Ends the stream with a gRPC status. */
  fail(code: number, details: string): void {
    this.#finish(() => this.#call.fail(code, details))
  }

  #receive(bytes: Buffer): void {
    if (this.#ended) return
    try {
      const { node, request } = this.#decode(bytes)
      if (request.typeUrl === '') throw new Error('request without type_url')
      const open = this.#open ?? this.#begin(node)
      if (request.error !== undefined) this.#logRefusal(open, request)
      open.session.request(request, this.#context.clock.now())
      if (exceedsLimits(open.session)) {
        this.fail(GRPC_CODE.RESOURCE_EXHAUSTED, `more than ${MAX_TYPES} types or ${MAX_NAMES} names of one`)
        return
      }
    } catch (error) {
      this.fail(GRPC_CODE.INVALID_ARGUMENT, formatError(error))
      return
    }
    this.#changed()
  }

  #decode(bytes: Buffer): { readonly node: Uint8Array | undefined; readonly request: SessionRequest } {
    if (this.#mode === 'sotw') {
      const { node, ...request } = decodeSotwRequest(bytes)
      return { node, request }
    }
    const { node, ...request } = decodeDeltaRequest(bytes)
    return { node, request }
  }

  #begin(bytes: Uint8Array | undefined): Open {
    if (bytes === undefined) throw new Error('first request without node')
    const { source, clock, logger } = this.#context
    const node = decodeNode(bytes)
    const view = source.viewFor(node)
    const session = new Session(this.#mode, view, this.#context.sharing)
    const unsubscribe = view.subscribe((changes) => {
      session.viewChanged(changes)
      this.#changed()
    })
    this.#open = { node, session, status: liveStatus(node, session, clock.now()), unsubscribe }
    logger.info('proxy connected', { node: node.id, mode: this.#mode })
    this.#context.onOpen(this)
    return this.#open
  }

  #changed(): void {
    this.#send()
    this.#arm()
    if (this.#open?.session.settled) this.#leave()
    if (!this.#ended) this.#context.onUpdate(this)
  }

  #send(): void {
    const session = this.#open?.session
    while (session !== undefined && !this.#full && !this.#ended) {
      const response = session.take()
      if (response === undefined) return
      const { payloads, identifier } = this.#context
      const resources = payloads[this.#mode].encode(response.resources)
      this.#full = !this.#call.write([...resources, encodeHead(this.#mode, response, identifier)])
    }
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#ended || !this.#open?.session.awaiting) return
    this.#timer = this.#context.clock.after(TICK_MS, () => {
      this.#timer = undefined
      this.#open?.session.tick()
      this.#changed()
    })
  }

  #logRefusal({ node }: Open, { typeUrl, error }: SessionRequest): void {
    this.#context.logger.warn('proxy refused configuration', { node: node.id, type: shortType(typeUrl), error })
  }

  #finish(say: () => void): void {
    if (this.#ended) return
    this.#ended = true
    this.#timer?.cancel()
    this.#leave()
    say()
    if (this.#open !== undefined) {
      this.#open.unsubscribe()
      this.#context.logger.info('proxy disconnected', { node: this.#open.node.id })
    }
    this.#context.onEnd(this)
  }
}

function exceedsLimits({ holdings }: Session): boolean {
  if (holdings.types.size > MAX_TYPES) return true
  return [...holdings.types.values()].some(({ subscription }) => subscription.names.size > MAX_NAMES)
}
