import type { Collection, Graph, Reader } from '@mizzen/collections'
import type { Tables } from '../ingest/tables.ts'
import { reportSettings } from '../model/mesh-config.ts'
import { DEFAULT_REPORTS, type MeshSettings, type ReportSettings } from '../model/mesh-settings.ts'

const KEY = 'access log'

/** To be read by `accessLogOf`. */
export type AccessLogs = Collection<ReportSettings>

export function accessLogCollection(graph: Graph, tables: Tables, { rootNamespace }: MeshSettings): AccessLogs {
  const configMap = `ConfigMap/${rootNamespace}/istio`
  return graph.deriveMany(KEY, tables.ConfigMap, (object, _reader, key) =>
    key === configMap ? [[KEY, reportSettings(object)] as const] : [],
  )
}

/** The mesh's, or the default. */
export function accessLogOf(reader: Reader, logs: AccessLogs): ReportSettings {
  return reader.get(logs, KEY) ?? DEFAULT_REPORTS
}
