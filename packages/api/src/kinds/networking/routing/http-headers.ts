import { about, list, map, message, type Of, text } from '../../../schema/fields.ts'

export const HeaderOperations = message(
  {},
  {
    set: about('Headers that are replaced.', map(text)),
    add: about('Values that are added.', map(text)),
    remove: about('Headers that are removed; before the others.', list(text)),
  },
)
export type HeaderOperations = Of<typeof HeaderOperations>

export const Headers = message(
  {},
  {
    request: about('On the way to the destination.', HeaderOperations),
    response: about('On the way back.', HeaderOperations),
  },
)
export type Headers = Of<typeof Headers>
