import {
  about,
  boundedText,
  duration,
  flag,
  list,
  message,
  name,
  type Of,
  text,
  textLike,
} from '../../schema/fields.ts'
import { type IstioStatus, istioPolicy, SECURITY } from '../istio-kind.ts'
import type { Typed } from '../kind.ts'
import { PolicyWorkloadSelector } from '../networking/policy/workload-selector.ts'
import { PolicyTargetReference } from '../policy-target.ts'

const JWTHeader = message(
  { name: about('Name of the header.', name) },
  { prefix: about('What stands before the token, as "Bearer ".', text) },
)

const ClaimToHeader = message(
  {
    header: about('Name of the header that is set.', textLike('^[-_A-Za-z0-9]+$')),
    claim: about('Name of the claim; `a.b` for one inside another.', name),
  },
  {},
)

export const JWTRule = message(
  {},
  {
    issuer: about('The `iss` claim that tokens must have; any by default.', text),
    audiences: about('The `aud` claims of which a token must have one; any by default.', list(name)),
    jwksUri: about('Where the public keys are.', boundedText(0, 2048)),
    jwks: about('The public keys themselves, as a JSON Web Key Set.', text),
    fromHeaders: about('Headers with the token; by default `Authorization: Bearer`.', list(JWTHeader)),
    fromParams: about('Query parameters with the token; by default `access_token`.', list(name)),
    fromCookies: about('Cookies with the token.', list(name)),
    outputPayloadToHeader: about('Header for the verified payload, base64url encoded.', text),
    forwardOriginalToken: about('Whether the token stays in the request.', flag, false),
    outputClaimToHeaders: about('Claims that are copied into headers.', list(ClaimToHeader)),
    timeout: about('For fetching the keys.', duration, '5s'),
    spaceDelimitedClaims: about('Claims that are lists separated by spaces, beside `scope`.', list(name, [0, 64])),
  },
  { oneofs: [['jwksUri', 'jwks']] },
)
export type JWTRule = Of<typeof JWTRule>

export const RequestAuthenticationSpec = message(
  {},
  {
    selector: about('Workloads by label; all of the namespace by default.', PolicyWorkloadSelector),
    targetRef: about('One gateway or Service instead of workloads.', PolicyTargetReference),
    targetRefs: about('Gateways and Services instead of workloads.', list(PolicyTargetReference, [0, 16])),
    jwtRules: about(
      'Tokens that are accepted. A request with another token is refused; one without any is not.',
      list(JWTRule, [0, 4096]),
    ),
  },
  { oneofs: [['selector', 'targetRef', 'targetRefs']] },
)
export type RequestAuthenticationSpec = Of<typeof RequestAuthenticationSpec>

export type RequestAuthentication = Typed<RequestAuthenticationSpec, IstioStatus>
export const requestAuthenticationKind = istioPolicy(
  'RequestAuthentication',
  'requestauthentications',
  ['ra'],
  RequestAuthenticationSpec,
  SECURITY,
)
