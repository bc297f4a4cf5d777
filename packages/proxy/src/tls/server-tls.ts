import type { SecureContext } from 'node:tls'
import { formatError, type Logger, MizzenError } from '@mizzen/base'
import type { DownstreamTlsConfig } from '../config/tls-model.ts'
import type { CertificateIdentity } from './certificate-identity.ts'
import type { ContextCache } from './context-cache.ts'
import { readDataSource } from './data-source.ts'
import type { IdentityCache } from './identity-cache.ts'
import { loadMaterial, MATERIAL_PATH } from './loaded-material.ts'
import { nodeCrypto, nodeTls } from './node-tls.ts'
import type { PeerValidation } from './peer-validation.ts'
import type { SecretSlot, SecretStore } from './secret-store.ts'
import { createContext, type LoadedCertificate } from './secure-contexts.ts'
import { type Material, TlsMaterial } from './tls-material.ts'
import type { TlsStats } from './tls-stats.ts'

export interface TlsDeps {
  readonly secrets: SecretStore
  readonly identities: IdentityCache
  readonly contexts: ContextCache
  readonly logger: Logger
}

/** How one connection is to be answered. */
export interface ServerPlan {
  readonly context: SecureContext
  /** In the form of the library; undefined = ALPN is not answered. */
  readonly alpn: Buffer | undefined
  readonly requestCertificate: boolean
  readonly requireCertificate: boolean
  readonly validation: PeerValidation | undefined
  readonly local: CertificateIdentity
  readonly stats: TlsStats
  readonly identities: IdentityCache
}

/** OpenSSL's; Node has no name for it. */
const SSL_OP_NO_RENEGOTIATION = 0x4000_0000

/** A context with the certificates of some names. */
interface NamedContext {
  readonly context: SecureContext
  readonly local: CertificateIdentity
}

/** What was made of one state of the secrets. */
interface Built {
  readonly byName: ReadonlyMap<string, NamedContext>
  readonly fallback: NamedContext
  readonly certificates: readonly LoadedCertificate[]
  readonly validation: PeerValidation | undefined
}

/**
 * A DownstreamTlsContext, compiled. Contexts are made once for each state of the secrets; when a secret changes, new
 * handshakes use the new one, and connections go on.
 */
export class ServerTls {
  readonly config: DownstreamTlsConfig
  readonly #deps: TlsDeps
  readonly #stats: TlsStats
  readonly #material: TlsMaterial
  readonly #ticketKeys: SecretSlot | null
  readonly #alpn: Buffer | undefined
  #built: Built | null = null
  #revision = -1

  /** Throws MizzenError with the path within the context for what can be seen to be wrong already. */
  constructor(config: DownstreamTlsConfig, deps: TlsDeps, stats: TlsStats) {
    this.config = config
    this.#deps = deps
    this.#stats = stats
    this.#material = new TlsMaterial(config, deps.secrets)
    this.#ticketKeys = 'key' in config.ticketKeys ? deps.secrets.slot(config.ticketKeys) : null
    this.#alpn = config.alpn.length === 0 ? undefined : encodeProtocols(config.alpn)
    const material = this.#material.resolve()
    if (material !== null) this.#built = this.#build(material)
    this.#revision = this.#currentRevision
  }

  /** Its ClientHello must be read before a connection can be answered. */
  get needsHello(): boolean {
    return this.#alpn !== undefined || (this.#current()?.certificates.length ?? 0) > 1
  }

  /** Certificates in use, for the admin interface; empty while secrets are missing. */
  get certificates(): readonly LoadedCertificate[] {
    return this.#current()?.certificates ?? []
  }

  get validation(): PeerValidation | undefined {
    return this.#current()?.validation
  }

  /**
   * @param serverName SNI, lower case; '' = none
   * @param offered ALPN names of the client
   * @returns null while a secret is not there: the connection cannot be answered
   */
  plan(serverName: string, offered: readonly string[]): ServerPlan | null {
    const built = this.#current()
    if (built === null) {
      this.#stats.contextSecretsNotReady += 1
      return null
    }
    const chosen = contextFor(built, serverName)
    const { alpn, requireClientCertificate } = this.config
    return {
      context: chosen.context,
      local: chosen.local,
      // As Envoy, a client that offers nothing we have is served without; the library would refuse it.
      alpn: offered.some((name) => alpn.includes(name)) ? this.#alpn : undefined,
      requestCertificate: requireClientCertificate || (built.validation?.wanted ?? false),
      requireCertificate: requireClientCertificate,
      validation: built.validation,
      stats: this.#stats,
      identities: this.#deps.identities,
    }
  }

  get #currentRevision(): number {
    return this.#material.revision + (this.#ticketKeys?.revision ?? 0)
  }

  /** Made anew when a secret has changed. If that does not work, the last good one stays. */
  #current(): Built | null {
    const revision = this.#currentRevision
    if (revision === this.#revision) return this.#built
    this.#revision = revision
    const material = this.#material.resolve()
    if (material === null) return this.#built
    try {
      this.#built = this.#build(material)
      this.#stats.contextUpdatedBySds += 1
    } catch (error) {
      this.#deps.logger.error('a TLS context keeps its last secrets', { error: formatError(error) })
    }
    return this.#built
  }

  #build(material: Material): Built {
    const { loaded, peer } = loadMaterial(material, this.#deps.contexts)
    const options = this.#serverOptions(this.#identity(loaded, peer), peer)
    const byIndices = new Map<string, NamedContext>()
    const contextOf = (group: readonly LoadedCertificate[]): NamedContext => {
      const key = group.map((one) => loaded.indexOf(one)).join()
      const known = byIndices.get(key)
      if (known !== undefined) return known
      const context = createContext(this.config, group, peer, options, MATERIAL_PATH)
      const made = { context, local: (group[0] as LoadedCertificate).identity }
      byIndices.set(key, made)
      return made
    }
    const byName = new Map<string, NamedContext>()
    const names = loaded.length === 1 ? [] : new Set(loaded.flatMap(namesOf))
    for (const name of names) {
      byName.set(name, contextOf(oneOfEachType(loaded.filter((one) => namesOf(one).includes(name)))))
    }
    return { byName, fallback: contextOf(oneOfEachType(loaded)), certificates: loaded, validation: peer }
  }

  #serverOptions(identity: Buffer, validation: PeerValidation | undefined) {
    const { SSL_OP_NO_TICKET, SSL_OP_PRIORITIZE_CHACHA } = nodeCrypto().constants
    const resumes = this.config.tickets && validation?.needsChain !== true
    return {
      // As in Envoy, a client that likes ChaCha best has no AES in hardware, and gets it.
      secureOptions: SSL_OP_NO_RENEGOTIATION | SSL_OP_PRIORITIZE_CHACHA | (resumes ? 0 : SSL_OP_NO_TICKET),
      sessionTimeout: this.config.sessionTimeoutS,
      sessionIdContext: identity.toString('hex', 0, 16),
      ticketKeys: this.#firstTicketKey() ?? this.#ownTicketKey(identity),
    }
  }

  /** Sessions must not be taken up under other rules, certificates or roots than those that they were made under. */
  #identity(certificates: readonly LoadedCertificate[], validation: PeerValidation | undefined): Buffer {
    const hash = nodeCrypto().createHash('sha256').update(JSON.stringify(this.config))
    for (const { chain } of certificates) hash.update(chain)
    for (const { pem } of validation?.roots ?? []) hash.update(pem)
    return hash.update(validation?.crl ?? '').digest()
  }

  #ownTicketKey(identity: Buffer): Buffer | undefined {
    const { ticketSeed } = this.config
    if (ticketSeed === undefined) return undefined
    return Buffer.from(nodeCrypto().hkdfSync('sha256', Buffer.from(ticketSeed, 'base64'), identity, 'tickets', 48))
  }

  /** Envoy's key has 80 bytes (name, 32 for HMAC, 32 for AES), Node's 48 (name, 16, 16). */
  #firstTicketKey(): Buffer | undefined {
    const { ticketKeys } = this.config
    const value = this.#ticketKeys?.value
    const given = 'key' in ticketKeys ? (value?.kind === 'ticket-keys' ? value.keys : []) : ticketKeys
    const [first] = given
    if (first === undefined) return undefined
    const path = 'session_ticket_keys.keys[0]'
    const key = readDataSource(first, path)
    if (key.length !== 80) throw new MizzenError('bad-secret', `must have 80 bytes, not ${key.length}`, { path })
    return Buffer.concat([key.subarray(0, 32), key.subarray(48, 64)])
  }
}

/** The name itself, then with its first label as a wildcard, then what is there for others. */
function contextFor({ byName, fallback }: Built, serverName: string): NamedContext {
  if (byName.size === 0 || serverName === '') return fallback
  return byName.get(serverName) ?? byName.get(`*${serverName.slice(serverName.indexOf('.'))}`) ?? fallback
}

/** DNS names; the common name where there are none. */
function namesOf({ identity }: LoadedCertificate): readonly string[] {
  if (identity.dnsSans.length > 0) return identity.dnsSans.map((name) => name.toLowerCase())
  const common = /(?:^|,)CN=([^,]*)/.exec(identity.subject)?.[1]
  return common === undefined ? [] : [common.toLowerCase()]
}

function oneOfEachType(certificates: readonly LoadedCertificate[]): readonly LoadedCertificate[] {
  return certificates.filter((one, index) => certificates.findIndex(({ keyType }) => keyType === one.keyType) === index)
}

/** RFC 7301 3.1. */
export function encodeProtocols(protocols: readonly string[]): Buffer {
  const out: { ALPNProtocols?: Uint8Array } = {}
  ;(nodeTls() as unknown as { convertALPNProtocols(list: readonly string[], into: object): void }).convertALPNProtocols(
    protocols,
    out,
  )
  return out.ALPNProtocols as Buffer
}
