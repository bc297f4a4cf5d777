import type { ConfigMap } from '@mizzen/api'
import { parse } from 'yaml'
import { type AccessLogSettings, DEFAULT_ACCESS_LOG } from './mesh-settings.ts'

/** Reads the access log settings of Istio's MeshConfig; defaults where it is silent or can't be read. */
export function accessLogSettings(configMap: ConfigMap | undefined): AccessLogSettings {
  const mesh = parseMesh(configMap?.data?.mesh)
  const { accessLogFile, accessLogEncoding, accessLogFormat } = mesh
  return {
    file: typeof accessLogFile === 'string' ? accessLogFile : DEFAULT_ACCESS_LOG.file,
    encoding: accessLogEncoding === 'JSON' ? 'JSON' : 'TEXT',
    format: typeof accessLogFormat === 'string' ? accessLogFormat : '',
  }
}

function parseMesh(text: string | undefined): Readonly<Record<string, unknown>> {
  if (text === undefined) return {}
  try {
    const value: unknown = parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
