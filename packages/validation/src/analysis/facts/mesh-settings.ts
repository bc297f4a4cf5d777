import { type Fields, fields, isFields, items, text } from '../loose.ts'
import type { Derived } from '../mesh-index.ts'

/** What analyzers need of MeshConfig, with Istio's defaults. */
export interface MeshSettings {
  readonly rootNamespace: string
  /** DNS domain of services, without `svc.`. */
  readonly domain: string
  /** How many providers log where a Telemetry names none. */
  readonly accessLogProviders: number
  /** Names of extension providers that trace to Lightstep. */
  readonly lightstepProviders: readonly string[]
  readonly proxyMetadata: Fields
  readonly imageType: string
}

export const meshSettings: Derived<MeshSettings> = {
  build(mesh) {
    const all = mesh.all('MeshConfig')
    // Istio's own is named `istio`; of several others the last counts.
    const { body } = all.find(({ name }) => name === 'istio') ?? all.at(-1) ?? { body: {} as Fields }
    const defaultConfig = fields(body.defaultConfig)
    return {
      rootNamespace: text(body.rootNamespace) || 'istio-system',
      domain: text(body.clusterDomain) || 'cluster.local',
      accessLogProviders: items(fields(body.defaultProviders).accessLogging).length,
      lightstepProviders: items(body.extensionProviders)
        .filter(({ lightstep }) => isFields(lightstep))
        .map(({ name }) => text(name)),
      proxyMetadata: fields(defaultConfig.proxyMetadata),
      imageType: text(fields(defaultConfig.image).imageType),
    }
  },
}
