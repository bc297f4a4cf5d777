import { message, type Of, text } from '../../schema/fields.ts'

export const StringMatch = message(
  {},
  { exact: text, prefix: text, regex: text },
  { oneofs: [['exact', 'prefix', 'regex']] },
)
export type StringMatch = Of<typeof StringMatch>
