import { type OnReadOpts, Socket } from 'node:net'
import { encodeHeaders } from '../../packages/xds/src/client/hpack.ts'
import { encodeFrame, encodeSettings, Flag, Frame, Setting } from '../../packages/xds/src/client/http2-frames.ts'
import { FrameInput } from '../../packages/xds/src/grpc/frame-input.ts'
import { encodeNode, type NodeInfo } from '../../packages/xds/src/wire/node.ts'
import { encodeDeltaRequest, encodeSotwRequest } from '../../packages/xds/src/wire/requests.ts'
import { decodeDeltaResponse, decodeSotwResponse, type WireResponse } from '../../packages/xds/src/wire/responses.ts'
import { MessageParts } from './message-parts.ts'
import { RequestSender } from './request-sender.ts'

export type Mode = 'delta' | 'sotw'

const SERVICE = '/envoy.service.discovery.v3.AggregatedDiscoveryService'
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
const STREAM = 1
const DEFAULT_WINDOW = 65_535
/** Envoy's windows: a server never waits for the client to make room. */
const WINDOW = 256 * 2 ** 20
const MAX_FRAME = 2 ** 20

/** All connections read into this: Node allocates for each read else, and the collection of that is most of what a client costs. */
const readBuffer = Buffer.allocUnsafeSlow(256 * 1024)

/**
 * One ADS stream on a connection of its own, as lean as it can be: hundreds run in one process beside the server that is
 * measured, on the same processors, so that what they cost is in every figure. Acknowledges everything. It trusts the server:
 * what is against the rules of HTTP/2 may go unnoticed.
 */
export class AdsStream {
  readonly #mode: Mode
  readonly #socket: Socket
  readonly #sender: RequestSender
  readonly #onResponse: (response: WireResponse) => void
  readonly #asked = new Map<string, ReadonlySet<string>>()
  readonly #messages = new MessageParts((bytes) => this.#receive(bytes))
  readonly #input = new FrameInput(
    {
      onFrame: (type, flags, stream, body) => this.#take(type, flags, stream, body),
      onDataBegin: (flags, _stream, length) => this.#beginData(flags, length),
      onDataPiece: (piece) => this.#messages.push(piece),
    },
    MAX_FRAME,
  )
  #node: Uint8Array | undefined
  /** Received since the last window update. */
  #consumed = 0
  #closed = false

  /** @param onResponse gets bodies that are good until it returns */
  constructor(target: string, mode: Mode, node: NodeInfo, onResponse: (response: WireResponse) => void) {
    this.#mode = mode
    this.#node = encodeNode(node)
    this.#onResponse = onResponse
    const onread: OnReadOpts = { buffer: readBuffer, callback: (length) => this.#read(length) }
    this.#socket = new Socket({ onread } as ConstructorParameters<typeof Socket>[0])
    this.#sender = new RequestSender(this.#socket, STREAM)
    this.#socket.setNoDelay(true)
    this.#socket.on('error', (error) => this.#fail(error))
    this.#socket.on('close', () => this.#fail(new Error('the server ended a connection')))
    const colon = target.lastIndexOf(':')
    this.#socket.connect({ host: target.slice(0, colon), port: Number(target.slice(colon + 1)) })
    this.#open(target)
  }

  /** Asks for these names of a type from now on; `*` for all. */
  ask(typeUrl: string, wanted: ReadonlySet<string>, nonce = '', version = ''): void {
    const before = this.#asked.get(typeUrl) ?? NOTHING
    this.#asked.set(typeUrl, wanted)
    const node = this.#node
    this.#node = undefined
    const names = (some: ReadonlySet<string>, without: ReadonlySet<string>) =>
      some === without ? [] : [...some].filter((name) => !without.has(name))
    const request =
      this.#mode === 'sotw'
        ? encodeSotwRequest({ typeUrl, node, nonce, version, names: [...wanted], error: undefined })
        : encodeDeltaRequest({
            ...{ typeUrl, node, nonce, error: undefined, initialVersions: new Map() },
            ...{ subscribe: names(wanted, before), unsubscribe: names(before, wanted) },
          })
    this.#sender.send(request)
  }

  close(): void {
    this.#closed = true
    this.#socket.destroy()
  }

  #open(target: string): void {
    const method = this.#mode === 'sotw' ? 'StreamAggregatedResources' : 'DeltaAggregatedResources'
    const settings = encodeSettings([
      [Setting.headerTableSize, 0],
      [Setting.initialWindowSize, WINDOW],
      [Setting.maxFrameSize, MAX_FRAME],
    ])
    const headers = encodeHeaders([
      [':method', 'POST'],
      [':scheme', 'http'],
      [':path', `${SERVICE}/${method}`],
      [':authority', target],
      ['te', 'trailers'],
      ['content-type', 'application/grpc'],
    ])
    this.#socket.cork()
    this.#socket.write(PREFACE, 'latin1')
    this.#send(Frame.settings, 0, 0, settings)
    this.#allow(0, WINDOW - DEFAULT_WINDOW)
    this.#send(Frame.headers, Flag.endHeaders, STREAM, headers)
    this.#socket.uncork()
  }

  #fail(error: Error): void {
    if (!this.#closed) throw error
  }

  #ended(): void {
    this.#fail(new Error('the server ended a stream'))
  }

  #read(length: number): boolean {
    this.#input.push(readBuffer.subarray(0, length))
    return true
  }

  #take(type: number, flags: number, stream: number, body: Buffer): void {
    const isAnswer = (flags & Flag.ack) !== 0
    if (type === Frame.windowUpdate) this.#sender.takeWindow(stream, body)
    else if (type === Frame.settings && !isAnswer) {
      this.#send(type, Flag.ack, 0, Buffer.alloc(0))
      this.#sender.takeSettings(body)
    } else if (type === Frame.ping && !isAnswer) this.#send(type, Flag.ack, 0, Buffer.from(body))
    else if (type === Frame.rstStream || type === Frame.goAway || (type === Frame.headers && ends(flags))) this.#ended()
  }

  #beginData(flags: number, length: number): void {
    if (ends(flags)) this.#ended()
    this.#consumed += length
    if (this.#consumed < WINDOW / 2) return
    this.#allow(0, this.#consumed)
    this.#allow(STREAM, this.#consumed)
    this.#consumed = 0
  }

  #receive(bytes: Buffer): void {
    const response = this.#mode === 'sotw' ? decodeSotwResponse(bytes) : decodeDeltaResponse(bytes)
    this.#onResponse(response)
    this.ask(response.typeUrl, this.#asked.get(response.typeUrl) ?? NOTHING, response.nonce, response.version)
  }

  #allow(stream: number, bytes: number): void {
    const body = Buffer.alloc(4)
    body.writeUInt32BE(bytes, 0)
    this.#send(Frame.windowUpdate, 0, stream, body)
  }

  #send(type: number, flags: number, stream: number, body: Buffer): void {
    if (!this.#socket.destroyed) this.#socket.write(encodeFrame(type, flags, stream, body))
  }
}

const NOTHING: ReadonlySet<string> = new Set()

function ends(flags: number): boolean {
  return (flags & Flag.endStream) !== 0
}
