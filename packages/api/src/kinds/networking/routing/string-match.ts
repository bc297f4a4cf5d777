import { about, message, type Of, text } from '../../../schema/fields.ts'

export const StringMatch = message(
  {},
  {
    exact: about('The whole text.', text),
    prefix: about('What the text begins with.', text),
    regex: about('Regular expression (RE2) of the whole text.', text),
  },
  { oneofs: [['exact', 'prefix', 'regex']] },
)
export type StringMatch = Of<typeof StringMatch>
