import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2'
import { encodeNode, type NodeInfo } from '../../packages/xds/src/wire/node.ts'
import { encodeDeltaRequest, encodeSotwRequest } from '../../packages/xds/src/wire/requests.ts'
import { decodeDeltaResponse, decodeSotwResponse, type WireResponse } from '../../packages/xds/src/wire/responses.ts'

export type Mode = 'delta' | 'sotw'

const SERVICE = '/envoy.service.discovery.v3.AggregatedDiscoveryService'
const PREFIX_BYTES = 5
/** Envoy's windows: a server never waits for the client to make room. */
const WINDOW = 256 * 2 ** 20

/** Messages are put together here, one after the other: hundreds of streams share it, and nothing is allocated for each. */
let scratch = Buffer.allocUnsafe(2 ** 20)

/**
 * One ADS stream on a connection of its own, as lean as it can be: hundreds run in one process beside the server that is
 * measured. Acknowledges everything.
 */
export class AdsStream {
  readonly #mode: Mode
  readonly #session: ClientHttp2Session
  readonly #stream: ClientHttp2Stream
  readonly #onResponse: (response: WireResponse) => void
  readonly #asked = new Map<string, ReadonlySet<string>>()
  #node: Uint8Array | undefined
  #chunks: Buffer[] = []
  #held = 0
  #closed = false

  /** @param onResponse gets bodies that are good until it returns */
  constructor(target: string, mode: Mode, node: NodeInfo, onResponse: (response: WireResponse) => void) {
    this.#mode = mode
    this.#node = encodeNode(node)
    this.#onResponse = onResponse
    this.#session = connect(`http://${target}`, { settings: { initialWindowSize: WINDOW, maxFrameSize: 2 ** 20 } })
    this.#session.on('connect', () => this.#session.setLocalWindowSize(WINDOW))
    const fail = (error: Error) => {
      if (!this.#closed) throw error
    }
    this.#session.on('error', fail)
    const method = mode === 'sotw' ? 'StreamAggregatedResources' : 'DeltaAggregatedResources'
    const headers = { 'content-type': 'application/grpc', te: 'trailers' }
    this.#stream = this.#session.request({ ':method': 'POST', ':path': `${SERVICE}/${method}`, ...headers })
    this.#stream.on('error', fail)
    this.#stream.on('data', (chunk: Buffer) => this.#read(chunk))
    this.#stream.on('end', () => fail(new Error('the server ended a stream')))
  }

  /** Asks for these names of a type from now on; `*` for all. */
  ask(typeUrl: string, wanted: ReadonlySet<string>, nonce = '', version = ''): void {
    const before = this.#asked.get(typeUrl) ?? new Set<string>()
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
    const prefix = Buffer.alloc(PREFIX_BYTES)
    prefix.writeUInt32BE(request.byteLength, 1)
    this.#stream.write(Buffer.concat([prefix, request]))
  }

  close(): void {
    this.#closed = true
    this.#session.destroy()
  }

  #read(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#held += chunk.byteLength
    while (this.#held >= PREFIX_BYTES) {
      const end = PREFIX_BYTES + this.#messageLength()
      if (this.#held < end) return
      const bytes = this.#joined()
      this.#receive(bytes.subarray(PREFIX_BYTES, end))
      // What is left may lie in the scratch buffer, which the next message overwrites.
      const rest = Buffer.from(bytes.subarray(end))
      this.#chunks = rest.byteLength === 0 ? [] : [rest]
      this.#held = rest.byteLength
    }
  }

  #messageLength(): number {
    const [first] = this.#chunks
    if (first !== undefined && first.byteLength >= PREFIX_BYTES) return first.readUInt32BE(1)
    return Buffer.concat(this.#chunks).readUInt32BE(1)
  }

  #joined(): Buffer {
    const [only] = this.#chunks
    if (this.#chunks.length === 1 && only !== undefined) return only
    if (scratch.byteLength < this.#held) scratch = Buffer.allocUnsafe(this.#held * 2)
    let at = 0
    for (const chunk of this.#chunks) {
      scratch.set(chunk, at)
      at += chunk.byteLength
    }
    return scratch.subarray(0, at)
  }

  #receive(bytes: Buffer): void {
    const response = this.#mode === 'sotw' ? decodeSotwResponse(bytes) : decodeDeltaResponse(bytes)
    this.#onResponse(response)
    this.ask(response.typeUrl, this.#asked.get(response.typeUrl) ?? new Set(), response.nonce, response.version)
  }
}
