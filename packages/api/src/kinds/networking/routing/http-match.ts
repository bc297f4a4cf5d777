import { about, flag, list, map, message, type Of, text, uint32 } from '../../../schema/fields.ts'
import { StringMatch } from './string-match.ts'

export const HTTPMatchRequest = message(
  {},
  {
    name: about('Added to the name of the route in logs.', text),
    uri: about('The path, with or without case.', StringMatch),
    scheme: about('http or https.', StringMatch),
    method: about('The method.', StringMatch),
    authority: about('The host.', StringMatch),
    headers: about('Headers, in lower case; an empty match for "is there".', map(StringMatch)),
    port: about('Port that the request came to.', uint32),
    sourceLabels: about('Labels of the caller, for sidecars.', map(text)),
    gateways: about('Narrows `gateways` of the VirtualService.', list(text)),
    queryParams: about('Query parameters; exact and regex alone.', map(StringMatch)),
    ignoreUriCase: about('Whether case of the path does not matter.', flag, false),
    withoutHeaders: about('Headers that must not match.', map(StringMatch)),
    sourceNamespace: about('Namespace of the caller, for sidecars.', text),
    statPrefix: about('Statistics of this route are kept under it.', text),
  },
)
export type HTTPMatchRequest = Of<typeof HTTPMatchRequest>
