import type { ClusterConfig, FilterChainConfig, ListenerConfig } from './model.ts'
import type { SecretReference, TlsConfig } from './tls-model.ts'

export function secretsOfListener(config: ListenerConfig): readonly SecretReference[] {
  return allChains(config).flatMap(({ tls }) => {
    if (tls === undefined) return []
    return 'key' in tls.ticketKeys ? [...referencesOf(tls), tls.ticketKeys] : referencesOf(tls)
  })
}

export function secretsOfCluster({ tls, transportSocketMatches = [] }: ClusterConfig): readonly SecretReference[] {
  return [tls, ...transportSocketMatches.map((match) => match.tls)].flatMap((one) =>
    one === undefined ? [] : referencesOf(one),
  )
}

/** The default one is the last. */
export function allChains({ filterChains, defaultFilterChain }: ListenerConfig): readonly FilterChainConfig[] {
  return defaultFilterChain === undefined ? filterChains : [...filterChains, defaultFilterChain]
}

/** Secrets of certificates and validation. */
export function referencesOf(config: Pick<TlsConfig, 'certificates' | 'validation'>): readonly SecretReference[] {
  const certificates = config.certificates.flatMap((given) => (given.kind === 'secret' ? [given.secret] : []))
  const { secret } = config.validation ?? {}
  return secret === undefined ? certificates : [...certificates, secret]
}
