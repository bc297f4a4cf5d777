import { about, list, map, message, type Of, port, text, words } from '../../schema/fields.ts'
import type { Typed } from '../kind.ts'
import { ApiGroup, gatewayApiKind, KindName, ObjectName } from './gateway-api-kind.ts'

const InferencePoolSpec = message(
  {
    selector: about('Pods by label.', message({ matchLabels: map(text) }, {})),
    targetPorts: about('Ports of the Pods.', list(message({ number: port }, {}), [1, 8])),
    endpointPickerRef: about(
      'The service that picks a Pod for each request.',
      message(
        { name: ObjectName },
        {
          group: ApiGroup,
          kind: about('Kind of the picker.', KindName, 'Service'),
          port: message({ number: port }, {}),
          failureMode: about('What happens when it does not answer.', words('FailOpen', 'FailClose'), 'FailClose'),
        },
      ),
    ),
  },
  {},
)
type InferencePoolSpec = Of<typeof InferencePoolSpec>

export type InferencePool = Typed<InferencePoolSpec>
export const inferencePoolKind = gatewayApiKind(
  'InferencePool',
  { plural: 'inferencepools', shortNames: ['infpool'], versions: ['v1'], group: 'inference.networking.k8s.io' },
  InferencePoolSpec,
)
