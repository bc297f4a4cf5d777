import type { CertificateIdentity } from './certificate-identity.ts'

/** A session that can be taken up again. */
export interface SessionKey {
  readonly bytes: Buffer
  /** What the server showed when the session was made: it does not show it again. */
  readonly peer: CertificateIdentity | null
}

/** Sessions of one endpoint that can be taken up again, the newest first. Each is used once (RFC 8446 C.4). */
export class SessionKeys {
  readonly #max: number
  readonly #keys: SessionKey[] = []

  constructor(max: number) {
    this.#max = max
  }

  take(): SessionKey | undefined {
    return this.#keys.pop()
  }

  put(key: SessionKey): void {
    this.#keys.push(key)
    if (this.#keys.length > this.#max) this.#keys.shift()
  }
}
