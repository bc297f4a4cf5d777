import type { TLSSocket } from 'node:tls'

/** Node's handle of a TLS connection, as far as it is used here. */
export interface TlsHandle {
  verifyError(): (Error & { readonly code?: string }) | null | undefined
  receive(bytes: Uint8Array): void
}

/** What the TLS library found wrong with the peer's chain, in its words; '' = nothing. */
export function chainErrorOf(socket: TLSSocket): string {
  const handle = (socket as unknown as { readonly _handle: TlsHandle | null })._handle
  if (handle === null) return 'connection closed'
  return handle.verifyError()?.message ?? ''
}
