import { flag, int32, list, map, message, text, time } from '../schema/fields.ts'

const OwnerReferenceSchema = message(
  { apiVersion: text, kind: text, name: text },
  { uid: text, controller: flag, blockOwnerDeletion: flag },
  { also: [] },
)

/** The shape of `metadata`; its TypeScript type is `ObjectMeta`. */
export const ObjectMetaSchema = message(
  { name: text },
  {
    namespace: text,
    labels: map(text),
    annotations: map(text),
    uid: text,
    resourceVersion: text,
    generation: int32,
    creationTimestamp: time,
    deletionTimestamp: time,
    ownerReferences: list(OwnerReferenceSchema),
  },
  { also: ['generateName', 'finalizers', 'managedFields', 'selfLink', 'deletionGracePeriodSeconds'] },
)

/** `metadata` of a Pod template: the name comes from the controller. */
export const TemplateMetaSchema = message(
  {},
  { name: text, namespace: text, labels: map(text), annotations: map(text) },
  { also: ['creationTimestamp', 'generateName', 'finalizers'] },
)
