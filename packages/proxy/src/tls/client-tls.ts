import type { SecureContext } from 'node:tls'
import { formatError } from '@mizzen/base'
import type { UpstreamTlsConfig } from '../config/tls-model.ts'
import type { CertificateIdentity } from './certificate-identity.ts'
import type { IdentityCache } from './identity-cache.ts'
import { loadMaterial, MATERIAL_PATH } from './loaded-material.ts'
import type { PeerValidation } from './peer-validation.ts'
import { createContext, type LoadedCertificate } from './secure-contexts.ts'
import { encodeProtocols, type TlsDeps } from './server-tls.ts'
import { SessionKeys } from './session-keys.ts'
import { type Material, TlsMaterial } from './tls-material.ts'
import type { TlsStats } from './tls-stats.ts'

/** How one connection to an endpoint begins. */
export interface ClientPlan {
  readonly context: SecureContext
  /** '' = none is sent. */
  readonly serverName: string
  readonly alpn: Buffer | undefined
  readonly validation: PeerValidation | undefined
  /** The certificate must be for this name; '' = for any. */
  readonly requiredDns: string
  /** null = none are kept. */
  readonly sessions: SessionKeys | null
  readonly local: CertificateIdentity | null
  readonly stats: TlsStats
  readonly identities: IdentityCache
}

interface Built {
  readonly context: SecureContext
  readonly certificates: readonly LoadedCertificate[]
  readonly validation: PeerValidation | undefined
}

/** Endpoints and names whose sessions are kept. */
const MAX_SESSION_OWNERS = 1000

/** An UpstreamTlsContext, compiled. When a secret changes, new connections use the new one, and those that are there go on. */
export class ClientTls {
  readonly config: UpstreamTlsConfig
  readonly stats: TlsStats
  readonly #deps: TlsDeps
  readonly #material: TlsMaterial
  readonly #alpn: Buffer | undefined
  /** By address and server name. */
  readonly #sessions = new Map<string, SessionKeys>()
  #built: Built | null = null
  #revision: number

  /** Throws MizzenError with the path within the context for what can be seen to be wrong already. */
  constructor(config: UpstreamTlsConfig, deps: TlsDeps, stats: TlsStats) {
    this.config = config
    this.stats = stats
    this.#deps = deps
    this.#material = new TlsMaterial(config, deps.secrets)
    this.#alpn = config.alpn.length === 0 ? undefined : encodeProtocols(config.alpn)
    const material = this.#material.resolve()
    if (material !== null) this.#built = this.#build(material)
    this.#revision = this.#material.revision
  }

  /** Certificates in use, for the admin interface; empty while secrets are missing. */
  get certificates(): readonly LoadedCertificate[] {
    return this.#current()?.certificates ?? []
  }

  get validation(): PeerValidation | undefined {
    return this.#current()?.validation
  }

  /**
   * @param address of the endpoint, `host:port`
   * @param hostname of the endpoint; an IP address is none
   * @param requested SNI that the request asks for (`auto_sni`); '' = none
   * @param alpn instead of what is configured; undefined = that
   * @param validates the certificate must be for the name that is asked for (`auto_san_validation`)
   * @returns null while a secret is not there
   */
  plan(address: string, hostname: string, requested: string, alpn?: Buffer, validates = false): ClientPlan | null {
    const built = this.#current()
    if (built === null) {
      this.stats.contextSecretsNotReady += 1
      return null
    }
    const { autoHostSni, autoSniSanValidation, sni } = this.config
    const serverName = requested || (autoHostSni && hostname !== '' ? hostname : sni)
    return {
      context: built.context,
      serverName,
      alpn: alpn ?? this.#alpn,
      validation: built.validation,
      requiredDns: autoSniSanValidation || validates ? serverName : '',
      sessions: this.#sessionsOf(`${address}|${serverName}`, built.validation),
      local: built.certificates[0]?.identity ?? null,
      stats: this.stats,
      identities: this.#deps.identities,
    }
  }

  #sessionsOf(owner: string, validation: PeerValidation | undefined): SessionKeys | null {
    const { maxSessionKeys } = this.config
    if (maxSessionKeys === 0 || validation?.needsChain === true) return null
    const known = this.#sessions.get(owner)
    if (known !== undefined) return known
    if (this.#sessions.size >= MAX_SESSION_OWNERS) this.#sessions.delete(this.#sessions.keys().next().value as string)
    const keys = new SessionKeys(maxSessionKeys)
    this.#sessions.set(owner, keys)
    return keys
  }

  /** Made anew when a secret has changed. If that does not work, the last good one stays. */
  #current(): Built | null {
    const { revision } = this.#material
    if (revision === this.#revision) return this.#built
    this.#revision = revision
    const material = this.#material.resolve()
    if (material === null) return this.#built
    try {
      this.#built = this.#build(material)
      this.stats.contextUpdatedBySds += 1
      // Made with the certificates and roots of before.
      this.#sessions.clear()
    } catch (error) {
      this.#deps.logger.error('a TLS context keeps its last secrets', { error: formatError(error) })
    }
    return this.#built
  }

  #build(material: Material): Built {
    const { contexts } = this.#deps
    const { loaded, peer } = loadMaterial(material, contexts)
    const { minVersion, maxVersion, ciphers, curves, signatureAlgorithms } = this.config
    const settings = [minVersion, maxVersion, ciphers, curves, signatureAlgorithms, peer?.partialChain]
    const context = contexts.context([...loaded, ...(peer?.parts ?? [])], settings, () =>
      createContext(this.config, loaded, peer, {}, MATERIAL_PATH),
    )
    return { context, certificates: loaded, validation: peer }
  }
}
