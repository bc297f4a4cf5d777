import { flag, list, map, message, type Of, text, uint32 } from '../../schema/fields.ts'
import { StringMatch } from './string-match.ts'

export const HTTPMatchRequest = message(
  {},
  {
    name: text,
    uri: StringMatch,
    scheme: StringMatch,
    method: StringMatch,
    authority: StringMatch,
    headers: map(StringMatch),
    port: uint32,
    sourceLabels: map(text),
    gateways: list(text),
    queryParams: map(StringMatch),
    ignoreUriCase: flag,
    withoutHeaders: map(StringMatch),
    sourceNamespace: text,
    statPrefix: text,
  },
)
export type HTTPMatchRequest = Of<typeof HTTPMatchRequest>
