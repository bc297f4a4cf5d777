import { createRequire } from 'node:module'
import type { ConfigMap } from '@mizzen/api'
import { DEFAULT_REPORTS, type ReportSettings } from './mesh-settings.ts'

const load = createRequire(import.meta.url)

/** Reads the access log and tracing settings of Istio's MeshConfig; defaults where it is silent or can't be read. */
export function reportSettings(configMap: ConfigMap | undefined): ReportSettings {
  const mesh = parseMesh(configMap?.data?.mesh)
  const { accessLogFile, accessLogEncoding, accessLogFormat } = mesh
  return {
    file: typeof accessLogFile === 'string' ? accessLogFile : DEFAULT_REPORTS.file,
    encoding: accessLogEncoding === 'JSON' ? 'JSON' : 'TEXT',
    format: typeof accessLogFormat === 'string' ? accessLogFormat : '',
    tracePercent: mesh.enableTracing === false ? 0 : samplingOf(mesh.defaultConfig),
  }
}

/** Unlike in Istio, which traces one request in a hundred unasked, nothing is traced unless it says `tracing.sampling`. */
function samplingOf(defaultConfig: unknown): number {
  const { tracing } = (defaultConfig ?? {}) as { tracing?: { sampling?: unknown } | null }
  const sampling = tracing?.sampling
  return typeof sampling === 'number' && sampling >= 0 && sampling <= 100 ? sampling : DEFAULT_REPORTS.tracePercent
}

function parseMesh(text: string | undefined): Readonly<Record<string, unknown>> {
  if (text === undefined) return {}
  try {
    // A control plane without such a ConfigMap starts sooner.
    const { parse } = load('yaml') as typeof import('yaml')
    const value: unknown = parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
