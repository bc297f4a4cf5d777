import { createLogger, type Level, type Logger } from '@mizzen/base'

/** Envoy's levels and what they are here; `off` still lets errors through, which nobody should miss. */
export const ENVOY_LEVELS: Readonly<Record<string, Level>> = {
  trace: 'debug',
  debug: 'debug',
  info: 'info',
  warning: 'warn',
  error: 'error',
  critical: 'error',
  off: 'error',
}

const RANK: Readonly<Record<Level, number>> = { debug: 0, info: 1, warn: 2, error: 3 }

/** A logger whose level can be changed while it is in use. */
export interface SwitchedLogger extends Logger {
  level: Level
}

export function createSwitchedLogger(scope: string, level: Level): SwitchedLogger {
  const shared = { level }
  const logger = switched(createLogger({ scope, level: 'debug' }), shared)
  return Object.defineProperty(logger, 'level', {
    get: () => shared.level,
    set: (wanted: Level) => {
      shared.level = wanted
    },
  }) as SwitchedLogger
}

function switched(inner: Logger, shared: { readonly level: Level }): Logger {
  const at =
    (level: Level): Logger['info'] =>
    (message, fields) => {
      if (RANK[level] >= RANK[shared.level]) inner[level](message, fields)
    }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    scope: (name) => switched(inner.scope(name), shared),
  }
}
