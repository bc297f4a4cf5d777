import { list, map, message, type Of, text, words } from '../../../schema/fields.ts'

/** All of `matchLabels` and all of `matchExpressions`; an empty selector selects everything. */
export const LabelSelector = message(
  {},
  {
    matchLabels: map(text),
    matchExpressions: list(
      message({ key: text, operator: words('In', 'NotIn', 'Exists', 'DoesNotExist') }, { values: list(text) }),
    ),
  },
)
export type LabelSelector = Of<typeof LabelSelector>
