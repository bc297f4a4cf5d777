import { about, boundedText, int32, map, message, type Of, text } from '../../schema/fields.ts'
import { type IstioStatus, istioPolicy } from '../istio-kind.ts'
import type { Typed } from '../kind.ts'
import { PolicyWorkloadSelector } from './policy/workload-selector.ts'

export const ProxyImage = message({}, { imageType: about('Variant of the image: default, debug, distroless.', text) })

export const ProxyConfigSpec = message(
  {},
  {
    selector: about('Workloads by label; all of the namespace by default.', PolicyWorkloadSelector),
    concurrency: about('Worker threads; 0 means one for each core.', int32, 2),
    environmentVariables: about(
      'Variables that the proxy starts with; they win over those of the mesh.',
      map(boundedText(0, 2048)),
    ),
    image: about('Which image the proxy is run from.', ProxyImage),
  },
)
export type ProxyConfigSpec = Of<typeof ProxyConfigSpec>

export type ProxyConfig = Typed<ProxyConfigSpec, IstioStatus>
export const proxyConfigKind = istioPolicy('ProxyConfig', 'proxyconfigs', [], ProxyConfigSpec, {
  group: 'networking.istio.io',
  versions: ['v1beta1'],
})
