import { isIP } from 'node:net'
import type { DnsConfig, EndpointConfig, EndpointsConfig } from '../config/model.ts'
import { HostResolution, type ResolutionDeps } from './host-resolution.ts'

/** What is known of a host name. */
interface Host {
  readonly resolution: HostResolution
  /** An answer or a failure has come. */
  asked: boolean
  addresses: readonly string[]
}

/** Envoy's defaults. */
export const DNS_DEFAULTS: DnsConfig = {
  family: 'auto',
  refreshMs: 5_000,
  failureRefresh: { baseMs: 5_000, maxMs: 50_000 },
  respectTtl: false,
}

/**
 * Resolves the host names among a cluster's endpoints. Strict DNS: every address is an endpoint. Logical DNS: there is
 * one endpoint, whose address for new connections is the first of the answer. A failure leaves the addresses found before.
 */
export class DnsResolution {
  readonly #deps: ResolutionDeps
  readonly #logical: boolean
  readonly #found: (endpoints: readonly EndpointConfig[]) => void
  #config: EndpointsConfig = { clusterName: '', endpoints: [] }
  #hosts = new Map<string, Host>()
  #stopped = false
  #dns: DnsConfig = DNS_DEFAULTS
  #onReady: (() => void)[] = []

  constructor(deps: ResolutionDeps, logical: boolean, found: (endpoints: readonly EndpointConfig[]) => void) {
    this.#deps = deps
    this.#logical = logical
    this.#found = found
  }

  /** From now on with this configuration. Endpoints that were found before stay until all its names were asked for. */
  start(config: EndpointsConfig, dns: DnsConfig): void {
    const sameDns = JSON.stringify(dns) === JSON.stringify(this.#dns)
    const before = this.#hosts
    this.#config = config
    this.#dns = dns
    this.#hosts = new Map()
    for (const { address } of config.endpoints) {
      const { host } = address
      if (isIP(host) !== 0 || this.#hosts.has(host)) continue
      const known = sameDns ? before.get(host) : undefined
      this.#hosts.set(host, known ?? this.#ask(host, before.get(host)))
      if (known !== undefined) before.delete(host)
    }
    for (const { resolution } of before.values()) resolution.stop()
    this.#publish()
  }

  stop(): void {
    this.#stopped = true
    for (const { resolution } of this.#hosts.values()) resolution.stop()
    this.#tellReady()
  }

  /** Resolves when each name was asked for once, whatever came of it; undefined = that is so already. */
  ready(): Promise<void> | undefined {
    if (this.#ready || this.#stopped) return undefined
    return new Promise((resolve) => this.#onReady.push(resolve))
  }

  get #ready(): boolean {
    for (const host of this.#hosts.values()) if (!host.asked) return false
    return true
  }

  #ask(name: string, before: Host | undefined): Host {
    const resolution = new HostResolution(name, this.#dns, this.#deps, (addresses) => {
      host.asked = true
      if (addresses !== null) host.addresses = addresses
      if (this.#stopped || this.#hosts.get(name) !== host) return
      this.#publish()
    })
    const host: Host = { resolution, asked: false, addresses: before?.addresses ?? [] }
    resolution.start()
    return host
  }

  #publish(): void {
    if (!this.#ready) return
    this.#found(this.#config.endpoints.flatMap((endpoint) => this.#resolved(endpoint)))
    this.#tellReady()
  }

  #resolved(endpoint: EndpointConfig): readonly EndpointConfig[] {
    const { host, port } = endpoint.address
    const known = this.#hosts.get(host)
    if (known === undefined) return [endpoint]
    const at = (address: string) => ({
      ...endpoint,
      hostname: endpoint.hostname ?? host,
      address: { host: address, port },
    })
    if (!this.#logical) return known.addresses.map(at)
    const [first] = known.addresses
    return first === undefined ? [] : [{ ...at(first), identity: `${host}:${port}` }]
  }

  #tellReady(): void {
    for (const resolve of this.#onReady.splice(0)) resolve()
  }
}
