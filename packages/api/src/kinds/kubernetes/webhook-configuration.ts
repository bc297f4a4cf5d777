import type { Resource } from '../../resource.ts'
import { about, anything, bytes, list, message, type Of, text, uint32 } from '../../schema/fields.ts'
import { defineKind } from '../kind.ts'
import { LabelSelector } from './workload/label-selector.ts'

const Webhook = message(
  { name: text },
  {
    clientConfig: message(
      {},
      {
        url: text,
        caBundle: bytes,
        service: message({ name: text, namespace: text }, { path: text, port: uint32 }, { also: [] }),
      },
      { also: [] },
    ),
    namespaceSelector: about('Namespaces whose objects it is asked about.', LabelSelector),
    objectSelector: about('Objects that it is asked about, by label.', LabelSelector),
    rules: list(anything),
    failurePolicy: text,
  },
  {
    also: [
      'admissionReviewVersions',
      'matchConditions',
      'matchPolicy',
      'reinvocationPolicy',
      'sideEffects',
      'timeoutSeconds',
    ],
  },
)
const BODY = { webhooks: list(Webhook) }
const Body = message({}, BODY)

/** Read by the analysis alone: selectors that overlap, services that are not there. */
export type WebhookConfiguration = Resource & Of<typeof Body>

const FACTS = {
  group: 'admissionregistration.k8s.io',
  versions: ['v1'],
  shortNames: [],
  namespaced: false,
  optional: BODY,
}
export const mutatingWebhookKind = defineKind({
  ...FACTS,
  kind: 'MutatingWebhookConfiguration',
  plural: 'mutatingwebhookconfigurations',
})
export const validatingWebhookKind = defineKind({
  ...FACTS,
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
})
