import type { Level } from '@mizzen/base'
import type { AdminRequest, AdminResponse } from './http-server.ts'
import { textPage } from './pages.ts'
import { allLevels, isLoggerName, LOGGERS, type LogLevels } from './switched-logger.ts'

/** Envoy's levels and what they are here; `off` still lets errors through, which nobody should miss. */
const ENVOY_LEVELS: Readonly<Record<string, Level>> = {
  trace: 'debug',
  debug: 'debug',
  info: 'info',
  warning: 'warn',
  error: 'error',
  critical: 'error',
  off: 'error',
}

const ENVOY_NAMES: Readonly<Record<Level, string>> = { debug: 'debug', info: 'info', warn: 'warning', error: 'error' }

const USAGE = [
  'usage: /logging?<name>=<level> (change single level)',
  'usage: /logging?paths=name1:level1,name2:level2,... (change multiple levels)',
  'usage: /logging?level=<level> (change all levels)',
  `levels: ${Object.keys(ENVOY_LEVELS).join(' ')}`,
].join('\n')

export interface LoggingSubject {
  readonly logLevels: LogLevels
  setLogLevels(levels: LogLevels): void
}

/** Envoy's `/logging`: shows the level of each logger, or changes one, several, or all; all that is asked for or nothing. */
export function loggingPage(subject: LoggingSubject, { query }: AdminRequest): AdminResponse {
  const wanted = changed(subject.logLevels, [...query])
  if (typeof wanted === 'string') return textPage(`error: ${wanted}\n\n${USAGE}\n${active(subject.logLevels)}`, 400)
  if (wanted !== subject.logLevels) subject.setLogLevels(wanted)
  return textPage(active(wanted))
}

function active(levels: LogLevels): string {
  return `active loggers:\n${LOGGERS.map((name) => `  ${name}: ${ENVOY_NAMES[levels[name]]}\n`).join('')}`
}

/** The levels that the query asks for; a text says what is wrong with it. */
function changed(levels: LogLevels, query: readonly (readonly [string, string])[]): LogLevels | string {
  if (query.length > 1) return 'invalid number of parameters'
  const [name, value] = query[0] ?? ['', '']
  if (value === '') return levels
  if (name !== 'paths') return withLevel(levels, name, value)
  return value.split(',').reduce<LogLevels | string>((known, path) => {
    const [logger = '', level = ''] = path.split(':')
    if (typeof known === 'string') return known
    return logger === '' || level === '' ? 'empty logger name or empty logger level' : withLevel(known, logger, level)
  }, levels)
}

function withLevel(levels: LogLevels, name: string, word: string): LogLevels | string {
  const level = Object.hasOwn(ENVOY_LEVELS, word) ? ENVOY_LEVELS[word] : undefined
  if (level === undefined) return 'unknown logger level'
  if (name === 'level') return allLevels(level)
  return isLoggerName(name) ? { ...levels, [name]: level } : 'unknown logger name'
}
