import { isIP, type NetConnectOpts, type Socket } from 'node:net'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import { readPastStream } from '../http/socket-input.ts'
import type { Wire } from '../http/wire.ts'
import { sessionOf } from './accept-tls.ts'
import type { ClientPlan } from './client-tls.ts'
import { nodeTls } from './node-tls.ts'
import type { SessionKey } from './session-keys.ts'
import { handshakeFailure, verifyFailure } from './tls-failure.ts'
import { chainErrorOf } from './verify-error.ts'

/** Where to connect to; or a socket that is connected already. */
export type ConnectTarget = NetConnectOpts | { readonly socket: Socket }

/**
 * Connects with TLS; `wire` is told when the server's certificate has been found good. Until then nothing is sent or
 * received on it.
 */
export function connectTls(plan: ClientPlan, target: ConnectTarget, wire: Wire, readBuffer: Buffer): void {
  const { serverName, sessions } = plan
  const offered = sessions?.take()
  const callback = (length: number, buffer: Uint8Array) => wire.receive(length, buffer as Buffer)
  const onread = { buffer: readBuffer, callback }
  const socket = nodeTls().connect({
    ...target,
    ...{ noDelay: true, allowHalfOpen: true },
    secureContext: plan.context,
    // RFC 6066 3: addresses are no server names.
    servername: isIP(serverName) === 0 ? serverName : '',
    ALPNProtocols: plan.alpn,
    session: offered?.bytes,
    // The library tells what it found; what that means is decided below.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    ...{ onread },
  } as ConnectionOptions)
  wire.attach(socket)
  // On a socket of somebody else's the library knows no `onread`.
  if ('socket' in target) socket.on('data', (chunk: Buffer) => void wire.receive(chunk.length, chunk))
  else readPastStream(socket, readBuffer, callback)
  if (sessions !== null) {
    // One that comes before the certificate was found good is not kept.
    socket.on('session', (bytes) => {
      if (wire.tls !== null) sessions.put({ bytes, peer: wire.tls.peer })
    })
  }
  let secure = false
  socket.on('secureConnect', () => {
    secure = true
    if (!wire.turn.guard(() => establish(socket, plan, wire, offered))) wire.destroy()
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (!secure && isTlsError(error)) wire.fail(handshakeFailure(error.message))
  })
  socket.on('close', () => {
    if (!secure) plan.stats.connectionError += 1
  })
}

function establish(socket: TLSSocket, plan: ClientPlan, wire: Wire, offered: SessionKey | undefined): void {
  const { stats, validation, identities } = plan
  const reused = socket.isSessionReused()
  const certificate = reused ? undefined : socket.getPeerX509Certificate()
  const shown = certificate === undefined ? null : identities.of(certificate)
  const peer = reused ? (offered?.peer ?? null) : shown
  let peerValidated = false
  if (validation !== undefined) {
    const failure =
      peer === null
        ? { counter: 'failVerifyNoCert' as const, reason: 'no certificate' }
        : validation.check(peer, chainErrorOf(socket), plan.requiredDns)
    if (failure !== null) {
      stats[failure.counter] += 1
      if (!validation.acceptsUntrusted) {
        stats.connectionError += 1
        wire.fail(verifyFailure(failure.reason))
        return
      }
    }
    peerValidated = failure === null
  }
  stats.handshake += 1
  if (reused) stats.sessionReused += 1
  wire.tls = sessionOf(socket, { peer, peerValidated, reused, local: plan.local }, stats)
  wire.handler.onConnect()
}

function isTlsError(error: NodeJS.ErrnoException): boolean {
  const code = error.code ?? ''
  return code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS') || 'opensslErrorStack' in error || 'library' in error
}
