import { MizzenError } from '@mizzen/base'
import type { AccessLogConfig, FileLogConfig, StreamLogConfig } from '../config/model.ts'
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

/** Logs that are streamed; undefined = the bootstrap has no such cluster. */
export type LogStreamProvider = (config: StreamLogConfig['stream']) => AccessLog | undefined

/**
 * Compiles one access log. Throws MizzenError `bad-format` or `unsupported-config` with the field's path.
 * @param path where `config` stands, for errors
 */
export function compileAccessLog(
  config: AccessLogConfig,
  sinks: SinkProvider,
  path = 'access_log',
  streams: LogStreamProvider = () => undefined,
): AccessLog {
  if ('stream' in config) return streamLog(config, streams, path)
  const format = compileLogFormat(config, path)
  const sink = sinks(config.path)
  return { log: (exchange) => sink.write(format(exchange)) }
}

function streamLog({ stream }: StreamLogConfig, streams: LogStreamProvider, path: string): AccessLog {
  const log = streams(stream)
  if (log !== undefined) return log
  throw new MizzenError('unsupported-config', `the bootstrap has no static cluster "${stream.cluster}"`, {
    path: `${path}.typed_config.common_config.grpc_service`,
  })
}

/** Also for checking a format without opening its file. */
export function compileLogFormat({ format }: FileLogConfig, path: string): Formatter {
  const { omitsEmpty = false } = format
  return format.kind === 'text'
    ? compileFormat(format.template, path, omitsEmpty ? '' : '-')
    : compileJsonFormat(format.template, path, omitsEmpty)
}
