import type { Analyzer } from '../analyzer.ts'
import { fields, items, text } from '../loose.ts'

/** Registries that are there without a remote cluster. */
const BUILT_IN = ['Mock', 'Kubernetes', 'External']

export const meshNetworks: Analyzer = {
  name: 'multicluster.MeshNetworksAnalyzer',
  aliases: ['meshnetworks.MeshNetworksAnalyzer'],
  summary: 'networks of service registries that do not exist',
  analyze(mesh, report) {
    const remote = mesh.all('Secret').filter(({ labels }) => labels['istio/multiCluster'] === 'true')
    const known = new Set([...BUILT_IN, ...remote.flatMap(({ body }) => Object.keys(fields(body.data)))])
    for (const settings of mesh.all('MeshNetworks')) {
      for (const [network, value] of Object.entries(fields(settings.body.networks))) {
        items(fields(value).endpoints).forEach(({ fromRegistry }, index) => {
          const registry = text(fromRegistry)
          if (registry === '' || known.has(registry)) return
          const path = `networks[${JSON.stringify(network)}].endpoints[${index}].fromRegistry`
          report(
            settings,
            'IST0126',
            path,
            `network ${network} has endpoints of registry ${registry}, which is unknown`,
          )
        })
      }
    }
  },
}
