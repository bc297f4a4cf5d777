import type { Server } from 'node:net'
import type { TLSSocket, TLSSocketOptions } from 'node:tls'
import { readPastStream } from '../http/socket-input.ts'
import type { Wire } from '../http/wire.ts'
import { belongsTo, type StreamHandle } from '../listener/adopted-socket.ts'
import { nodeTls } from './node-tls.ts'
import type { ServerPlan } from './server-tls.ts'
import type { TlsSession } from './tls-session.ts'
import { countName } from './tls-stats.ts'
import { chainErrorOf, type TlsHandle } from './verify-error.ts'

type SocketClass = new (socket: undefined, options: object) => TLSSocket

let adoptingClass: SocketClass | undefined

/**
 * TLSSocket on a handle that is there already, instead of on another socket: that would have all bytes pass through a
 * second stream, and without `onread` each read would allocate its buffer.
 */
function adoptingTlsSocket(): SocketClass {
  if (adoptingClass !== undefined) return adoptingClass
  const Base = nodeTls().TLSSocket as unknown as new (
    socket: undefined,
    options: object,
  ) => TLSSocket & { _wrapHandle(wrap: unknown, handle: unknown, active: boolean): unknown }
  adoptingClass = class extends Base {
    override _wrapHandle(wrap: unknown, _handle: unknown, active: boolean): unknown {
      const { handle } = (this as unknown as { readonly _tlsOptions: { readonly handle: unknown } })._tlsOptions
      return super._wrapHandle(wrap, handle, active)
    }
  }
  return adoptingClass
}

/** If this does not work nobody else has the handle any more. */
function adopt(handle: StreamHandle, options: object): TLSSocket {
  try {
    return new (adoptingTlsSocket())(undefined, options)
  } catch (error) {
    handle.close()
    throw error
  }
}

/**
 * Shakes hands with a client. The socket's bytes go to `wire` once that is done.
 *
 * @param first bytes that were read already
 * @param onDone with the session, or null if the client's certificate is not good; not called if the handshake breaks off:
 *   then the wire closes
 */
export function acceptTls(
  handle: StreamHandle,
  plan: ServerPlan,
  first: Buffer,
  wire: Wire,
  server: Server,
  readBuffer: Buffer,
  onDone: (session: TlsSession | null) => void,
): TLSSocket {
  const receive = (length: number, buffer: Uint8Array) => wire.receive(length, buffer as Buffer)
  const socket = adopt(handle, {
    handle,
    isServer: true,
    secureContext: plan.context,
    requestCert: plan.requestCertificate,
    rejectUnauthorized: plan.requireCertificate,
    ALPNProtocols: plan.alpn,
    allowHalfOpen: true,
    onread: { buffer: readBuffer, callback: receive },
  } satisfies TLSSocketOptions & { readonly allowHalfOpen: boolean; readonly handle: unknown; readonly onread: object })
  // Without a socket to wrap it takes itself for one that has yet to connect.
  ;(socket as unknown as { connecting: boolean }).connecting = false
  belongsTo(socket, server)
  wire.attach(socket)
  readPastStream(socket, readBuffer, receive)
  let secure = false
  socket.on('secure', () => {
    secure = true
    if (!wire.turn.guard(() => onDone(establish(socket, plan)))) wire.destroy()
  })
  let counted = false
  // What breaks a handshake is told by this event alone.
  socket.on('_tlsError' as 'error', ({ code }: NodeJS.ErrnoException) => {
    counted = code === 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE'
    if (counted) plan.stats.failVerifyNoCert += 1
  })
  socket.on('close', () => {
    if (!secure && !counted) plan.stats.connectionError += 1
  })
  if (first.length > 0) (socket as unknown as { readonly _handle: TlsHandle })._handle.receive(first)
  return socket
}

/** null if the client's certificate is not good. */
function establish(socket: TLSSocket, plan: ServerPlan): TlsSession | null {
  const { stats, validation, identities } = plan
  const certificate = plan.requestCertificate ? socket.getPeerX509Certificate() : undefined
  const peer = certificate === undefined ? null : identities.of(certificate)
  if (peer === null) {
    stats.noCertificate += 1
    // The library sees to it that there is one; this is for the day that it does not.
    if (plan.requireCertificate) return null
  }
  let peerValidated = false
  if (peer !== null && validation !== undefined) {
    const failure = validation.check(peer, chainErrorOf(socket), '')
    if (failure !== null) {
      stats[failure.counter] += 1
      if (!validation.acceptsUntrusted) return null
    }
    peerValidated = failure === null
  }
  stats.handshake += 1
  const reused = socket.isSessionReused()
  if (reused) stats.sessionReused += 1
  return sessionOf(socket, { peer, peerValidated, reused, local: plan.local }, stats)
}

/** Reads what a handshake has agreed on, and counts it. */
export function sessionOf(
  socket: TLSSocket,
  known: Pick<TlsSession, 'peer' | 'peerValidated' | 'reused' | 'local'>,
  stats: ServerPlan['stats'],
): TlsSession {
  const version = socket.getProtocol() ?? ''
  const cipher = socket.getCipher().name
  countName(stats.versions, version)
  countName(stats.ciphers, cipher)
  const { servername } = socket as unknown as { readonly servername: string | false | null }
  return {
    ...known,
    version,
    cipher,
    serverName: typeof servername === 'string' ? servername.toLowerCase() : '',
    alpn: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : '',
  }
}
