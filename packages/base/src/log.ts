import type { Clock } from './clock.ts'
import { systemClock } from './clock.ts'

export type Level = 'debug' | 'info' | 'warn' | 'error'
const LEVELS: readonly Level[] = ['debug', 'info', 'warn', 'error']

/** Named values that go with a message, in the order given. */
export type Fields = Readonly<Record<string, string | number | boolean | undefined>>

export interface Logger {
  debug(message: string, fields?: Fields): void
  info(message: string, fields?: Fields): void
  warn(message: string, fields?: Fields): void
  error(message: string, fields?: Fields): void
  /** The same destination under another scope. */
  scope(name: string): Logger
}

export interface LogOptions {
  readonly scope: string
  /** Least level that is written; `info` by default. */
  readonly level?: Level
  /** `text` (default) is Istio's tab-separated form, `json` one object a line. */
  readonly format?: 'text' | 'json'
  readonly clock?: Clock
  /** Takes one line with its newline; standard error by default. */
  readonly write?: (line: string) => void
}

/** Diagnostics of a program (not access logs): `time<TAB>level<TAB>scope<TAB>message<TAB>key=value …`. */
export function createLogger(options: LogOptions): Logger {
  const { scope, level = 'info', format = 'text', clock = systemClock } = options
  const write = options.write ?? writeToStderr
  const least = LEVELS.indexOf(level)
  const render = format === 'json' ? renderJson : renderText
  const at = (own: Level) =>
    LEVELS.indexOf(own) < least
      ? () => {}
      : (message: string, fields: Fields = {}) =>
          write(render(new Date(clock.now()).toISOString(), own, scope, message, fields))
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    scope: (name) => createLogger({ ...options, scope: name }),
  }
}

/** A logger that drops everything; for tests. */
export const silentLogger: Logger = createLogger({ scope: 'silent', level: 'error', write: () => {} })

function renderText(time: string, level: Level, scope: string, message: string, fields: Fields): string {
  const pairs = Object.entries(fields).filter(([, value]) => value !== undefined)
  const tail = pairs.map(([key, value]) => `${key}=${typeof value === 'string' ? quoted(value) : value}`).join(' ')
  return `${time}\t${level}\t${scope}\t${message.replaceAll('\n', '\\n')}${tail === '' ? '' : `\t${tail}`}\n`
}

function renderJson(time: string, level: Level, scope: string, message: string, fields: Fields): string {
  return `${JSON.stringify({ time, level, scope, msg: message, ...fields })}\n`
}

function quoted(value: string): string {
  return /^[\w./:|@~-]+$/.test(value) ? value : JSON.stringify(value)
}

/** A disk that is full, or a reader that is gone, ends no program: without a listener the stream's error would. */
function writeToStderr(line: string): void {
  if (process.stderr.listenerCount('error') === 0) process.stderr.on('error', () => {})
  process.stderr.write(line)
}
