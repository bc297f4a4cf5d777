import type { Collection, Graph, Reader } from '@mizzen/collections'
import type { Tables } from '../ingest/tables.ts'
import { reportSettings } from '../model/mesh-config.ts'
import { DEFAULT_REPORTS, type MeshSettings, type ReportSettings } from '../model/mesh-settings.ts'

const KEY = 'report settings'

/** To be read by `reportSettingsOf`. */
export type MeshReports = Collection<ReportSettings>

export function reportSettingsCollection(graph: Graph, tables: Tables, { rootNamespace }: MeshSettings): MeshReports {
  const configMap = `ConfigMap/${rootNamespace}/istio`
  return graph.deriveMany(KEY, tables.ConfigMap, (object, _reader, key) =>
    key === configMap ? [[KEY, reportSettings(object)] as const] : [],
  )
}

/** The mesh's, or the default. */
export function reportSettingsOf(reader: Reader, logs: MeshReports): ReportSettings {
  return reader.get(logs, KEY) ?? DEFAULT_REPORTS
}
