import { about, boundedText, list, map, message, type Of, port, text, words } from '../../schema/fields.ts'
import type { Typed } from '../kind.ts'
import { LabelSelector } from '../kubernetes/workload/label-selector.ts'
import {
  Annotations,
  ApiGroup,
  type GatewayApiStatus,
  gatewayApiKind,
  KindName,
  LocalObjectReference,
  NamespaceName,
  ObjectName,
  SecretObjectReference,
} from './gateway-api-kind.ts'
import { Listener } from './listener.ts'

const CaReference = message({ group: ApiGroup, kind: KindName, name: ObjectName }, { namespace: NamespaceName })

const FrontendTls = message(
  {},
  {
    validation: about(
      'How certificates of clients are checked.',
      message(
        { caCertificateRefs: about('ConfigMaps with roots.', list(CaReference, [1, 8])) },
        {
          mode: about(
            'Whether a client without a valid certificate is let in.',
            words('AllowValidOnly', 'AllowInsecureFallback'),
            'AllowValidOnly',
          ),
        },
      ),
    ),
  },
)

const GatewayTls = message(
  {},
  {
    backend: about(
      'Towards backends.',
      message({}, { clientCertificateRef: about('Certificate of the gateway.', SecretObjectReference) }),
    ),
    frontend: about(
      'Towards clients.',
      message({ default: FrontendTls }, { perPort: list(message({ port, tls: FrontendTls }, {}), [0, 64]) }),
    ),
  },
)

export const KubernetesGatewaySpec = message(
  {
    gatewayClassName: about('The GatewayClass; `istio` for ours.', ObjectName),
    listeners: about('Ports; each combination of port, protocol and host once.', list(Listener, [1, 64])),
  },
  {
    addresses: about(
      'Addresses, or the name of a Service that is there already.',
      list(
        message(
          {},
          { type: about('IPAddress, Hostname, or `domain/name`.', boundedText(1, 253), 'IPAddress'), value: text },
        ),
        [0, 16],
      ),
    ),
    infrastructure: about(
      'What the Deployment and the Service of the gateway get.',
      message({}, { labels: map(text), annotations: Annotations, parametersRef: LocalObjectReference }),
    ),
    allowedListeners: about(
      'Which ListenerSets may attach; none by default.',
      message(
        {},
        { namespaces: message({}, { from: words('All', 'Selector', 'Same', 'None'), selector: LabelSelector }) },
      ),
    ),
    tls: about('For the whole gateway.', GatewayTls),
    defaultScope: words('All', 'None'),
  },
)
export type KubernetesGatewaySpec = Of<typeof KubernetesGatewaySpec>

/** The Gateway of the Kubernetes Gateway API; `Gateway` is Istio's own. */
export type KubernetesGateway = Typed<KubernetesGatewaySpec, GatewayApiStatus>
export const kubernetesGatewayKind = gatewayApiKind(
  'Gateway',
  { plural: 'gateways', shortNames: ['gtw'], versions: ['v1', 'v1beta1'] },
  KubernetesGatewaySpec,
)
