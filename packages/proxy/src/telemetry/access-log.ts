import type { AccessLogConfig } from '../config/model.ts'
import type { Exchange } from '../http/exchange.ts'
import { compileFormat, type Formatter } from './format.ts'
import { compileJsonFormat } from './json-format.ts'
import type { LogSink } from './log-sink.ts'

/** A compiled access log: call `log` once, at the end of an exchange. */
export interface AccessLog {
  log(exchange: Exchange): void
}

/** Where logs go, by path: the same path is one sink, whoever writes to it. */
export type SinkProvider = (path: string) => LogSink

/**
 * Compiles one access log. Throws MizzenError `bad-format` with the field's path.
 * @param path where `config` stands, for errors
 */
export function compileAccessLog(config: AccessLogConfig, sinks: SinkProvider, path = 'access_log'): AccessLog {
  const format = compileLogFormat(config, path)
  const sink = sinks(config.path)
  return { log: (exchange) => sink.write(format(exchange)) }
}

/** Also for checking a format without opening its file. */
export function compileLogFormat(config: AccessLogConfig, path: string): Formatter {
  return config.format.kind === 'text'
    ? compileFormat(config.format.template, path, '-')
    : compileJsonFormat(config.format.template, path)
}
