import type { TracingSettings } from './tracing-settings.ts'

/** What holds for the whole mesh. */
export interface MeshSettings {
  /** DNS domain of Kubernetes Services, and what short names are completed with. */
  readonly domain: string
  /** Namespace whose objects are defaults for all others. */
  readonly rootNamespace: string
  readonly clusterId: string
}

export const DEFAULT_MESH_SETTINGS: MeshSettings = {
  domain: 'cluster.local',
  rootNamespace: 'istio-system',
  clusterId: 'Kubernetes',
}

/** Access logging, from the `mesh` key of ConfigMap `istio` in the root namespace (Istio's MeshConfig). */
export interface AccessLogSettings {
  /** '' turns the log off. */
  readonly file: string
  readonly encoding: 'TEXT' | 'JSON'
  /** '' is Istio's default format. */
  readonly format: string
}

/** What proxies tell of the requests that pass them, from the same place. */
export interface ReportSettings extends AccessLogSettings {
  /** Undefined: nothing is traced. */
  readonly tracing: TracingSettings | undefined
}

export const DEFAULT_REPORTS: ReportSettings = { file: '/dev/stdout', encoding: 'TEXT', format: '', tracing: undefined }
