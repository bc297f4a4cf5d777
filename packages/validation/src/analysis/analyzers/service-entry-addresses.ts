import type { Analyzer } from '../analyzer.ts'
import { meshSettings } from '../facts/mesh-settings.ts'
import { items, text, texts } from '../loose.ts'
import type { MeshIndex } from '../mesh-index.ts'

export const serviceEntryAddresses: Analyzer = {
  name: 'serviceentry.ProtocolAddressesAnalyzer',
  aliases: ['serviceentry.Analyzer'],
  summary: 'ServiceEntries with TCP ports and no address',
  analyze(mesh, report) {
    if (allocatesAddresses(mesh)) return
    for (const entry of mesh.all('ServiceEntry')) {
      if (texts(entry.spec.addresses).length > 0 || items(entry.status.addresses).length > 0) continue
      items(entry.spec.ports).forEach(({ protocol }, index) => {
        if (!['', 'TCP'].includes(text(protocol).toUpperCase())) return
        const message = 'a TCP port needs addresses: without them it takes every connection to that port'
        report(entry, 'IST0134', `spec.ports[${index}]`, message)
      })
    }
  },
}

function allocatesAddresses(mesh: MeshIndex): boolean {
  const { proxyMetadata } = mesh.derived(meshSettings)
  if (proxyMetadata.PILOT_ENABLE_IP_AUTOALLOCATE === 'true') return true
  return proxyMetadata.ISTIO_META_DNS_CAPTURE === 'true' && proxyMetadata.ISTIO_META_DNS_AUTO_ALLOCATE === 'true'
}
