import type { TlsStats } from '../tls/tls-stats.ts'
import { counterStats } from './counter-stats.ts'
import type { Stat } from './stat.ts'

/** Envoy's statistics of TLS: `ssl.handshake`, `ssl.versions.TLSv1.3`, and those of secrets. */
export function tlsStats(scope: 'listener' | 'cluster', owner: string, stats: TlsStats): readonly Stat[] {
  const { contextSecretsNotReady, contextUpdatedBySds, ciphers, versions, ...counters } = stats
  const counter = (name: string, value: number): Stat => ({ scope, owner, name, kind: 'counter', value })
  const [factory, side] =
    scope === 'listener' ? ['server_ssl_socket_factory', 'downstream'] : ['client_ssl_socket_factory', 'upstream']
  return [
    ...counterStats(scope, owner, counters).map((stat) => ({ ...stat, name: `ssl.${stat.name}` })),
    ...[...ciphers].map(([name, value]) => counter(`ssl.ciphers.${name}`, value)),
    ...[...versions].map(([name, value]) => counter(`ssl.versions.${name}`, value)),
    counter(`${factory}.${side}_context_secrets_not_ready`, contextSecretsNotReady),
    counter(`${factory}.ssl_context_update_by_sds`, contextUpdatedBySds),
  ]
}
