import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import type { ClientOptions } from './case.ts'
import type { Material } from './material.ts'

/** A case is given up after this time, ms. */
const DEADLINE_MS = 20_000

/** The mesh's own proxies prefer the shorter key. */
const CIPHERS = 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:HIGH'

/** What one connection let see. */
export interface Seen {
  /** TLS as it was negotiated; undefined = the handshake failed, or there was none. */
  readonly version?: string
  readonly cipher?: string
  readonly alpn?: string
  /** Common name of the server's certificate. */
  readonly server?: string
  readonly resumed?: boolean
  /** The response as it came, without what differs from run to run; '' = none. */
  readonly response: string
}

export async function exchange(port: number, options: ClientOptions, material: Material): Promise<Seen> {
  if (options.raw !== undefined || options.plain === true) return exchangePlain(port, options)
  if (options.resumes !== true) return (await exchangeTls(port, options, material)).seen
  const { session } = await exchangeTls(port, options, material)
  return (await exchangeTls(port, options, material, session)).seen
}

async function exchangePlain(port: number, options: ClientOptions): Promise<Seen> {
  const socket = connectTcp({ port, host: '127.0.0.1' })
  socket.write(Buffer.from(options.raw ?? request(options), 'latin1'))
  const { later } = options
  if (later !== undefined) setTimeout(() => socket.writable && socket.write(later.raw, 'latin1'), later.afterMs)
  return { response: await responseOf(socket) }
}

async function exchangeTls(
  port: number,
  options: ClientOptions,
  material: Material,
  session?: Buffer,
): Promise<{ seen: Seen; session: Buffer | undefined }> {
  const own = options.certificate === undefined ? undefined : material.certificates[options.certificate]
  const socket = connectTls({
    port,
    host: '127.0.0.1',
    servername: options.sni ?? '',
    ALPNProtocols: options.alpn === undefined ? undefined : [...options.alpn],
    cert: own?.chain,
    key: own?.key,
    minVersion: options.minVersion,
    maxVersion: options.maxVersion,
    ciphers: options.ciphers ?? CIPHERS,
    rejectUnauthorized: false,
    session,
  })
  let kept: Buffer | undefined
  let negotiated: Omit<Seen, 'response'> = {}
  socket.on('session', (key) => (kept = key))
  socket.once('secureConnect', () => {
    negotiated = negotiatedBy(socket)
    socket.write(request(options), 'latin1')
  })
  const response = await responseOf(socket)
  // With TLS 1.3 a client takes a handshake for done before the server has seen its certificate.
  return { seen: { ...(response === '' ? {} : negotiated), response }, session: kept }
}

function negotiatedBy(socket: TLSSocket): Omit<Seen, 'response'> {
  return {
    version: socket.getProtocol() ?? '',
    cipher: socket.getCipher().name,
    alpn: socket.alpnProtocol || '',
    server: socket.isSessionReused() ? '' : socket.getPeerCertificate().subject?.CN?.toString(),
    resumed: socket.isSessionReused(),
  }
}

function request({ host = 'twin.test', headers = [] }: ClientOptions): string {
  return ['GET / HTTP/1.1', `host: ${host}`, 'connection: close', ...headers, '', ''].join('\r\n')
}

const VOLATILE = /^(date|x-envoy-upstream-service-time|x-request-id): .*\r\n/gim

/** All that comes until the connection ends. */
function responseOf(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const timer = setTimeout(() => {
      socket.destroy()
      reject(new Error(`no end in time; so far: ${JSON.stringify(text)}`))
    }, DEADLINE_MS)
    socket.on('data', (chunk) => (text += chunk.toString('latin1')))
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(text.replaceAll(VOLATILE, ''))
    })
  })
}
