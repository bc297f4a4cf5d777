import { about, list, message, type Of, text, words } from '../../schema/fields.ts'
import { type IstioStatus, istioPolicy, SECURITY } from '../istio-kind.ts'
import type { Typed } from '../kind.ts'
import { PolicyWorkloadSelector } from '../networking/policy/workload-selector.ts'
import { PolicyTargetReference } from '../policy-target.ts'

const NOT = 'None of these may match.'

/** Who calls. Values of a list are alternatives; fields must all match. */
export const AuthorizationSource = message(
  {},
  {
    principals: about('Identities of peers, as `cluster.local/ns/NAMESPACE/sa/ACCOUNT`. Need mTLS.', list(text)),
    notPrincipals: about(NOT, list(text)),
    requestPrincipals: about('Identities of users, as `ISSUER/SUBJECT` of the token.', list(text)),
    notRequestPrincipals: about(NOT, list(text)),
    namespaces: about('Namespaces of peers. Need mTLS.', list(text)),
    notNamespaces: about(NOT, list(text)),
    serviceAccounts: about(
      'Service accounts of peers: `ACCOUNT` in the namespace of the policy, or `NAMESPACE/ACCOUNT`.',
      list(text, [0, 16]),
    ),
    notServiceAccounts: about(NOT, list(text, [0, 16])),
    ipBlocks: about('Addresses (CIDR) of the peer of the connection.', list(text)),
    notIpBlocks: about(NOT, list(text)),
    remoteIpBlocks: about('Addresses (CIDR) of the client, by X-Forwarded-For or the PROXY protocol.', list(text)),
    notRemoteIpBlocks: about(NOT, list(text)),
    trustDomains: about('Trust domains of peers.', list(text)),
    notTrustDomains: about(NOT, list(text)),
  },
)
export type AuthorizationSource = Of<typeof AuthorizationSource>

/** What is asked for. Values of a list are alternatives; fields must all match. */
export const AuthorizationOperation = message(
  {},
  {
    hosts: about('Hosts, in any case; `*` at either end.', list(text)),
    notHosts: about(NOT, list(text)),
    ports: about('Ports, as texts.', list(text)),
    notPorts: about(NOT, list(text)),
    methods: about('HTTP methods; POST for gRPC.', list(text)),
    notMethods: about(NOT, list(text)),
    paths: about('Paths; `*` at either end, `{*}` for one segment, `{**}` for any number.', list(text)),
    notPaths: about(NOT, list(text)),
  },
)
export type AuthorizationOperation = Of<typeof AuthorizationOperation>

export const AuthorizationCondition = message(
  { key: about('An attribute, as `request.headers[x-user]` or `source.ip`.', text) },
  { values: about('One of these must match.', list(text)), notValues: about(NOT, list(text)) },
)
export type AuthorizationCondition = Of<typeof AuthorizationCondition>

export const AuthorizationRule = message(
  {},
  {
    from: about('Who calls; anybody by default.', list(message({}, { source: AuthorizationSource }), [0, 512])),
    to: about('What is asked for; anything by default.', list(message({}, { operation: AuthorizationOperation }))),
    when: about('Further conditions, all of which must hold.', list(AuthorizationCondition)),
  },
)
export type AuthorizationRule = Of<typeof AuthorizationRule>

export const AuthorizationPolicySpec = message(
  {},
  {
    selector: about('Workloads by label; all of the namespace by default.', PolicyWorkloadSelector),
    targetRef: about('One gateway or Service instead of workloads.', PolicyTargetReference),
    targetRefs: about('Gateways and Services instead of workloads.', list(PolicyTargetReference, [0, 16])),
    rules: about(
      'The policy matches if any rule does. None at all: never (ALLOW then denies everything).',
      list(AuthorizationRule, [0, 512]),
    ),
    action: about(
      'CUSTOM asks an external authorizer and comes first, then DENY, then ALLOW. AUDIT changes nothing.',
      words('ALLOW', 'DENY', 'AUDIT', 'CUSTOM'),
      'ALLOW',
    ),
    provider: about(
      'Of CUSTOM: the external authorizer.',
      message({}, { name: about('As in `extensionProviders` of the mesh.', text) }),
    ),
  },
  { oneofs: [['selector', 'targetRef', 'targetRefs']] },
)
export type AuthorizationPolicySpec = Of<typeof AuthorizationPolicySpec>

export type AuthorizationPolicy = Typed<AuthorizationPolicySpec, IstioStatus>
export const authorizationPolicyKind = istioPolicy(
  'AuthorizationPolicy',
  'authorizationpolicies',
  ['ap'],
  AuthorizationPolicySpec,
  SECURITY,
)
