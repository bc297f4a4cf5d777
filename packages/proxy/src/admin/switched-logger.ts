import { createLogger, type Level, type Logger } from '@mizzen/base'

/** The loggers of a proxy: scopes of its log. The first one is everything else's. */
export const LOGGERS = ['proxy', 'access-log', 'cache', 'config', 'runtime', 'workers', 'xds'] as const

type LoggerName = (typeof LOGGERS)[number]

/** The least level that each logger writes. */
export type LogLevels = Readonly<Record<LoggerName, Level>>

const RANK: Readonly<Record<Level, number>> = { debug: 0, info: 1, warn: 2, error: 3 }

/** A logger whose levels can be changed while it is in use. */
export interface SwitchedLogger extends Logger {
  levels: LogLevels
}

export function allLevels(level: Level): LogLevels {
  return Object.fromEntries(LOGGERS.map((name) => [name, level])) as LogLevels
}

export function isLoggerName(name: string): name is LoggerName {
  return (LOGGERS as readonly string[]).includes(name)
}

/** @param levels of each logger, or one for all */
export function createSwitchedLogger(scope: string, levels: LogLevels | Level): SwitchedLogger {
  const shared = { levels: typeof levels === 'string' ? allLevels(levels) : levels }
  const logger = switched(createLogger({ scope, level: 'debug' }), shared, LOGGERS[0])
  return Object.defineProperty(logger, 'levels', {
    get: () => shared.levels,
    set: (wanted: LogLevels) => {
      shared.levels = wanted
    },
  }) as SwitchedLogger
}

function switched(inner: Logger, shared: { readonly levels: LogLevels }, name: LoggerName): Logger {
  const at =
    (level: Level): Logger['info'] =>
    (message, fields) => {
      if (RANK[level] >= RANK[shared.levels[name]]) inner[level](message, fields)
    }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    scope: (scope) => switched(inner.scope(scope), shared, isLoggerName(scope) ? scope : name),
  }
}
