import { about, boundedText, message, type Of, text, textLike } from '../schema/fields.ts'

const GROUP = '^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'

/** The object that a policy is attached to. */
export const PolicyTargetReference = message(
  { kind: textLike('^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$', 63), name: boundedText(1, 253) },
  {
    group: about('API group of the target; empty for the core group.', textLike(GROUP, 253), ''),
    namespace: about('Must be left out: targets are in the namespace of the policy.', text),
  },
)
export type PolicyTargetReference = Of<typeof PolicyTargetReference>
