import { createRequire } from 'node:module'
import type { ConfigMap } from '@mizzen/api'
import { DEFAULT_REPORTS, type ReportSettings } from './mesh-settings.ts'
import { type ServiceLookup, tracingProblem, tracingSettings } from './mesh-tracing.ts'

const load = createRequire(import.meta.url)

/** Reads the access log and tracing settings of Istio's MeshConfig; defaults where it is silent or can't be read. */
export function reportSettings(
  configMap: ConfigMap | undefined,
  lookup: ServiceLookup = () => undefined,
): ReportSettings {
  const mesh = parseMesh(configMap?.data?.mesh)
  const { accessLogFile, accessLogEncoding, accessLogFormat } = mesh
  return {
    file: typeof accessLogFile === 'string' ? accessLogFile : DEFAULT_REPORTS.file,
    encoding: accessLogEncoding === 'JSON' ? 'JSON' : 'TEXT',
    format: typeof accessLogFormat === 'string' ? accessLogFormat : '',
    tracing: tracingSettings(mesh, lookup),
  }
}

/** What of these settings is asked for and not done, as a sentence. */
export function reportProblem(configMap: ConfigMap, lookup: ServiceLookup): string | undefined {
  return tracingProblem(parseMesh(configMap.data?.mesh), lookup)
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
