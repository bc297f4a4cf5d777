import type { Random } from '@mizzen/base'
import { compileRoutes } from '../route/route-table.ts'
import { compileLogFormat } from '../telemetry/access-log.ts'
import type { ListenerConfig } from './model.ts'

/**
 * Compiles what a listener holds and drops the result: a listener that waits for its routes must be refused when it
 * comes, not when they come. Throws MizzenError with the field's path.
 */
export function checkListener(config: ListenerConfig, random: Random): void {
  config.filterChains.forEach(({ http }, index) => {
    const path = `filter_chains[${index}].filters[0].typed_config`
    http.accessLogs.forEach(
      (log, at) => void compileLogFormat(log, `${path}.access_log[${at}].typed_config.log_format`),
    )
    if (http.routes.kind === 'inline') compileRoutes(http.routes.routes, random)
  })
}
