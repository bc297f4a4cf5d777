import type { Random } from '@mizzen/base'
import { silentLogger } from '@mizzen/base'
import { FilterChainTable } from '../listener/filter-chain-table.ts'
import { compileRoutes } from '../route/route-table.ts'
import { compileLogFormat } from '../telemetry/access-log.ts'
import { ContextCache } from '../tls/context-cache.ts'
import { IdentityCache } from '../tls/identity-cache.ts'
import { SecretStore } from '../tls/secret-store.ts'
import { ServerTls } from '../tls/server-tls.ts'
import { TlsStats } from '../tls/tls-stats.ts'
import { withinPath } from './error-path.ts'
import type { AccessLogConfig, FilterChainConfig, ListenerConfig } from './model.ts'
import type { DownstreamTlsConfig } from './tls-model.ts'

/**
 * Compiles what a listener holds and drops the result: a listener that waits for its routes or secrets must be refused
 * when it comes, not when they come. Throws MizzenError with the field's path.
 */
export function checkListener(config: ListenerConfig, random: Random): void {
  const { filterChains, defaultFilterChain } = config
  const chains = filterChains.map(({ match }, chain) => ({ match, chain }))
  void new FilterChainTable(chains, null)
  filterChains.forEach((chain, index) => void checkChain(chain, `filter_chains[${index}]`, random))
  if (defaultFilterChain !== undefined) checkChain(defaultFilterChain, 'default_filter_chain', random)
}

function checkChain({ network, tls }: FilterChainConfig, path: string, random: Random): void {
  const filter = `${path}.filters[0].typed_config`
  if (network.kind === 'http') {
    checkLogs(network.http.accessLogs, filter)
    if (network.http.routes.kind === 'inline') compileRoutes(network.http.routes.routes, random)
  } else if (network.kind === 'tcp') checkLogs(network.tcp.accessLogs, filter)
  if (tls !== undefined) withinPath(`${path}.transport_socket.typed_config`, () => checkTls(tls))
}

function checkLogs(logs: readonly AccessLogConfig[], path: string): void {
  logs.forEach((log, at) => {
    if (!('stream' in log)) void compileLogFormat(log, `${path}.access_log[${at}].typed_config.log_format`)
  })
}

/** With what is there: secrets are checked when they come. */
function checkTls(config: DownstreamTlsConfig): void {
  const deps = {
    secrets: new SecretStore(),
    identities: new IdentityCache(),
    contexts: new ContextCache(),
    logger: silentLogger,
  }
  void new ServerTls(config, deps, new TlsStats())
}
