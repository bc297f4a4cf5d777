import { type Collection, type Graph, pairKey, type Reader } from '@mizzen/collections'
import type { Tables } from '../ingest/tables.ts'
import { ANY_NAMESPACE, type EgressScope } from '../model/egress-scope.ts'
import { reportProblem, reportSettings } from '../model/mesh-config.ts'
import { DEFAULT_REPORTS, type MeshSettings, type ReportSettings } from '../model/mesh-settings.ts'
import { meshNotice, type Notice } from '../model/notices.ts'
import { type ServiceModel, serviceDomain } from '../model/service.ts'
import type { ListenerNames } from '../translate/resource.ts'
import { type Choice, choose } from './clusters.ts'
import type { RuleCollections } from './rules.ts'
import type { ServiceCollections } from './services.ts'

const KEY = 'report settings'

/** To be read by `reportSettingsOf`. */
export type MeshReports = Collection<ReportSettings>

export function reportSettingsCollection(
  graph: Graph,
  tables: Tables,
  { services }: ServiceCollections,
  mesh: MeshSettings,
): MeshReports {
  return graph.deriveMany(KEY, tables.ConfigMap, (object, reader, key) =>
    key === configMapOf(mesh)
      ? [[KEY, reportSettings(object, (name, port) => serviceNamed(name, port, reader, services, mesh))] as const]
      : [],
  )
}

/** What the mesh asks for and does not get, by key of its ConfigMap. */
export function reportNotices(
  graph: Graph,
  tables: Tables,
  { services }: ServiceCollections,
  mesh: MeshSettings,
): Collection<readonly Notice[]> {
  return graph.derive('notices/reports', tables.ConfigMap, (object, reader, key) => {
    if (key !== configMapOf(mesh)) return undefined
    const problem = reportProblem(object, (name, port) => serviceNamed(name, port, reader, services, mesh))
    return problem === undefined ? undefined : [meshNotice(key, problem)]
  })
}

function configMapOf({ rootNamespace }: MeshSettings): string {
  return `ConfigMap/${rootNamespace}/istio`
}

/** The mesh's, or the default. */
export function reportSettingsOf(reader: Reader, meshReports: MeshReports): ReportSettings {
  return reader.get(meshReports, KEY) ?? DEFAULT_REPORTS
}

/** What a listener names, and what its spans go to. */
export function withReports(names: ListenerNames, { tracing }: ReportSettings): ListenerNames {
  if (tracing?.exporter === undefined) return names
  return { ...names, clusters: [...(names.clusters ?? []), tracing.exporter.cluster] }
}

/** The scope of what every proxy has for its reports, whatever its workload may call. No namespace is named so. */
export const REPORTS_SCOPE = '*reports'

const SCOPE: EgressScope = { key: REPORTS_SCOPE, namespace: ANY_NAMESPACE, labels: {}, sidecar: undefined }

/** The service that takes spans: a Sidecar that does not list it, or an `exportTo`, is about what applications call. */
export function reportServices(
  graph: Graph,
  reports: MeshReports,
  { services }: ServiceCollections,
  rules: RuleCollections,
  mesh: MeshSettings,
): Collection<Choice> {
  return graph.deriveMany('services of reports', reports, ({ tracing }, reader) => {
    const { hostname = '', port } = tracing?.exporter ?? {}
    const service = reader.get(services, hostname)
    const ports = service?.ports.filter(({ number }) => number === port) ?? []
    if (service === undefined || ports.length === 0) return []
    return [[pairKey(REPORTS_SCOPE, hostname), choose({ scope: SCOPE, service, ports }, reader, rules, mesh)] as const]
  })
}

/** By its whole name, `NAMESPACE/HOST`, or as Pods say it: `zipkin.istio-system`, `zipkin.istio-system.svc`. */
function serviceNamed(
  name: string,
  port: number,
  reader: Reader,
  services: Collection<ServiceModel>,
  mesh: MeshSettings,
): ServiceModel | undefined {
  const [host = '', namespace] = name.split('/').reverse()
  const names = [host, `${host}.svc.${serviceDomain(mesh)}`, `${host}.${serviceDomain(mesh)}`]
  const found = names.map((one) => reader.get(services, one.toLowerCase())).find((one) => one !== undefined)
  if (namespace !== undefined && found?.origin.namespace !== namespace) return undefined
  return found?.ports.some(({ number }) => number === port) ? found : undefined
}
