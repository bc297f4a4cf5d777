import type { CodeFacts } from './code-facts.ts'

/** Codes, names and levels are Istio's (pkg/config/analysis/msg/messages.yaml). Those that can't occur here are in the README. */
export const ISTIO_CODES = {
  IST0001: {
    name: 'InternalError',
    severity: 'error',
    meaning: 'An analyzer failed: a mistake of Mizzen, not of the configuration. The other analyzers ran.',
    remedy: 'Report it, with the object that the finding names.',
  },
  IST0002: {
    name: 'Deprecated',
    severity: 'warning',
    meaning: 'A field or a kind is on its way out of Istio, or gone already.',
    remedy: 'Use what the message names instead.',
  },
  IST0101: {
    name: 'ReferencedResourceNotFound',
    severity: 'error',
    meaning:
      'An object names something that does not exist: a host, a subset, a gateway, a Secret, a namespace, or Pods.',
    remedy: 'Correct the name, or create what it names. A name without a dot means the namespace of the object itself.',
  },
  IST0102: {
    name: 'NamespaceNotInjected',
    severity: 'info',
    meaning: 'Nobody has said whether Pods of this namespace get a sidecar, so they get none.',
    remedy: 'Label the namespace `istio-injection=enabled`, or `istio-injection=disabled` if that is meant.',
  },
  IST0103: {
    name: 'PodMissingProxy',
    severity: 'warning',
    meaning: 'A Pod runs without a sidecar in a namespace where Pods get one. Most often it is older than the label.',
    remedy: 'Restart the workload, so that its Pods are made anew and injected.',
  },
  IST0106: {
    name: 'SchemaValidationError',
    severity: 'error',
    meaning: 'The document is invalid by itself: admission refuses it.',
    remedy: 'Correct the field that the message names. `mizzen validate` shows all problems of a document.',
  },
  IST0107: {
    name: 'MisplacedAnnotation',
    severity: 'warning',
    meaning: 'An annotation of Istio is on a kind of object where nobody reads it.',
    remedy: 'Move it to the kind that the message names; for Pods of a Deployment that is `spec.template.metadata`.',
  },
  IST0108: {
    name: 'UnknownAnnotation',
    severity: 'warning',
    meaning: 'An annotation looks like one of Istio, but is none.',
    remedy: 'Correct its name, or remove it.',
  },
  IST0109: {
    name: 'ConflictingMeshGatewayVirtualServiceHosts',
    severity: 'error',
    meaning: 'Several VirtualServices for sidecars name the same host. They are not merged: the oldest alone counts.',
    remedy: 'Put the routes into one VirtualService, or export them to different namespaces.',
  },
  IST0110: {
    name: 'ConflictingSidecarWorkloadSelectors',
    severity: 'error',
    meaning: 'Several Sidecars select the same Pod. Which one counts is not defined.',
    remedy: 'Make their selectors exclusive.',
  },
  IST0111: {
    name: 'MultipleSidecarsWithoutWorkloadSelectors',
    severity: 'error',
    meaning: 'A namespace has several Sidecars without a selector. Which one counts is not defined.',
    remedy: 'Keep one, or give the others a selector.',
  },
  IST0112: {
    name: 'VirtualServiceDestinationPortSelectorRequired',
    severity: 'error',
    meaning: 'A route names no port, and its service has several.',
    remedy: 'Write `port.number` in the destination.',
  },
  IST0116: {
    name: 'DeploymentAssociatedToMultipleServices',
    severity: 'warning',
    meaning: 'Services that select the same Pods have one port number with different transport protocols.',
    remedy: 'Use different port numbers, or one Service.',
  },
  IST0118: {
    name: 'PortNameIsNotUnderNamingConvention',
    severity: 'info',
    meaning: 'The name of a port does not say its protocol, so the proxy has to find out from the first bytes.',
    remedy: 'Begin the name with the protocol (`http-web`, `grpc`, `tcp-db`), or set `appProtocol`.',
  },
  IST0123: {
    name: 'NamespaceMultipleInjectionLabels',
    severity: 'warning',
    meaning: 'A namespace has both `istio-injection` and `istio.io/rev`: the first wins, the second does nothing.',
    remedy: 'Keep one of them.',
  },
  IST0125: {
    name: 'InvalidAnnotation',
    severity: 'warning',
    meaning: 'An annotation of Istio has a value that nobody can read.',
    remedy: 'Correct the value as the message says.',
  },
  IST0126: {
    name: 'UnknownMeshNetworksServiceRegistry',
    severity: 'error',
    meaning: 'MeshNetworks names a service registry that does not exist.',
    remedy: 'Name a cluster that has a Secret labelled `istio/multiCluster: "true"`, or `Kubernetes`.',
  },
  IST0127: {
    name: 'NoMatchingWorkloadsFound',
    severity: 'warning',
    meaning: 'An AuthorizationPolicy applies to no Pod of the mesh.',
    remedy: 'Correct the selector or the namespace, or add the Pods to the mesh.',
  },
  IST0128: {
    name: 'NoServerCertificateVerificationDestinationLevel',
    severity: 'warning',
    meaning: 'A DestinationRule begins TLS without `caCertificates`: the certificate of the server is not verified.',
    remedy: 'Set `caCertificates`, or `credentialName` together with a `workloadSelector`.',
  },
  IST0129: {
    name: 'NoServerCertificateVerificationPortLevel',
    severity: 'warning',
    meaning:
      'The settings of one port begin TLS without `caCertificates`: the certificate of the server is not verified.',
    remedy: 'Set `caCertificates` for that port, or `credentialName` together with a `workloadSelector`.',
  },
  IST0130: {
    name: 'VirtualServiceUnreachableRule',
    severity: 'warning',
    meaning: 'A rule of a VirtualService is never used, because earlier rules take all that it would match.',
    remedy: 'Put the more specific rule first, or remove it.',
  },
  IST0131: {
    name: 'VirtualServiceIneffectiveMatch',
    severity: 'info',
    meaning: 'One of the matches of a rule is never used, because an earlier rule has it too.',
    remedy: 'Put the more specific match first, or remove it.',
  },
  IST0132: {
    name: 'VirtualServiceHostNotFoundInGateway',
    severity: 'warning',
    meaning: 'No server of the Gateway takes any host of the VirtualService: it does nothing there.',
    remedy: 'Add the host to a server of the Gateway, or correct it.',
  },
  IST0133: {
    name: 'SchemaWarning',
    severity: 'warning',
    meaning: 'The document is valid, but something in it most likely does not do what its author thinks.',
    remedy: 'See the field that the message names.',
  },
  IST0134: {
    name: 'ServiceEntryAddressesRequired',
    severity: 'warning',
    meaning: 'A ServiceEntry with a TCP port has no address: every connection to that port, to anywhere, matches it.',
    remedy: 'Write `addresses`, or have addresses allocated.',
  },
  IST0135: {
    name: 'DeprecatedAnnotation',
    severity: 'info',
    meaning: 'An annotation of Istio is on its way out.',
    remedy: 'Use what the message names instead.',
  },
  IST0136: {
    name: 'AlphaAnnotation',
    severity: 'info',
    meaning: 'An annotation belongs to a feature that Istio calls alpha. Only looked for by name.',
    remedy: 'Know that it may change.',
  },
  IST0137: {
    name: 'DeploymentConflictingPorts',
    severity: 'warning',
    meaning: 'Services that select the same Pods map different ports to one target port.',
    remedy: 'Use the same port in both, or different target ports.',
  },
  IST0138: {
    name: 'GatewayDuplicateCertificate',
    severity: 'warning',
    meaning:
      'Gateways of the same proxy use one certificate. HTTP/2 clients reuse a connection for all names of a certificate, and then ask the wrong Gateway.',
    remedy: 'Put the servers into one Gateway, or use a certificate for each.',
  },
  IST0139: {
    name: 'InvalidWebhook',
    severity: 'error',
    meaning:
      'An injection webhook overlaps with another (Pods would be injected twice), or calls a service that does not exist.',
    remedy: 'Make the selectors exclusive, remove the old webhook, or correct the service.',
  },
  IST0140: {
    name: 'IngressRouteRulesNotAffected',
    severity: 'warning',
    meaning:
      'A VirtualService of a gateway routes to a host without a subset, while another has subsets for that host in the mesh. Requests from the gateway do not go through those rules.',
    remedy: 'Name the subset in the route of the gateway too.',
  },
  IST0144: {
    name: 'InvalidApplicationUID',
    severity: 'warning',
    meaning: 'An application runs as user 1337, whose traffic is taken for the sidecar’s and passes it by.',
    remedy: 'Run the application as another user.',
  },
  IST0145: {
    name: 'ConflictingGateways',
    severity: 'error',
    meaning: 'Gateways for the same proxies have the same port and host. One of them is ignored.',
    remedy: 'Put the servers into one Gateway, or change a host, port or selector.',
  },
  IST0146: {
    name: 'ImageAutoWithoutInjectionWarning',
    severity: 'warning',
    meaning:
      'A Deployment has a proxy with `image: auto`, which only injection replaces, and no webhook selects its Pods.',
    remedy: 'Label the namespace or the Pod template for injection.',
  },
  IST0147: {
    name: 'ImageAutoWithoutInjectionError',
    severity: 'error',
    meaning: 'A Pod has a proxy with `image: auto` that injection did not replace: it can never start.',
    remedy: 'Label the namespace or the Pod for injection, and make the Pod anew.',
  },
  IST0148: {
    name: 'NamespaceInjectionEnabledByDefault',
    severity: 'info',
    meaning: 'A namespace has no injection label, and injection is on by default: its Pods get a sidecar.',
    remedy: 'Nothing, if that is meant; else label it `istio-injection=disabled`.',
  },
  IST0149: {
    name: 'JwtClaimBasedRoutingWithoutRequestAuthN',
    severity: 'error',
    meaning: 'A route matches claims of a token at a gateway that validates no tokens: it never matches.',
    remedy: 'Apply a RequestAuthentication to the Pods of the gateway.',
  },
  IST0150: {
    name: 'ExternalNameServiceTypeInvalidPortName',
    severity: 'warning',
    meaning: 'A port of an ExternalName Service is TCP, or has no known protocol: its traffic may go wrong.',
    remedy: 'Name the port by its protocol: `http`, `https`, `tls`.',
  },
  IST0151: {
    name: 'EnvoyFilterUsesRelativeOperation',
    severity: 'warning',
    meaning: 'A patch needs something to be there before it, and has no priority that says so.',
    remedy: 'Set `priority`, or use INSERT_FIRST or ADD.',
  },
  IST0152: {
    name: 'EnvoyFilterUsesReplaceOperationIncorrectly',
    severity: 'error',
    meaning: 'REPLACE is only for HTTP_FILTER and NETWORK_FILTER.',
    remedy: 'Use MERGE, or another `applyTo`.',
  },
  IST0153: {
    name: 'EnvoyFilterUsesAddOperationIncorrectly',
    severity: 'error',
    meaning: 'ADD is ignored for ROUTE_CONFIGURATION and HTTP_ROUTE.',
    remedy: 'Use MERGE for a route configuration, INSERT_FIRST for a route.',
  },
  IST0154: {
    name: 'EnvoyFilterUsesRemoveOperationIncorrectly',
    severity: 'error',
    meaning: 'REMOVE is ignored for ROUTE_CONFIGURATION and HTTP_ROUTE.',
    remedy: 'Change the VirtualService that makes the route.',
  },
  IST0155: {
    name: 'EnvoyFilterUsesRelativeOperationWithProxyVersion',
    severity: 'warning',
    meaning:
      'A patch changes a filter that an earlier patch adds for one version of the proxy only, and has no priority: during an upgrade it is not applied.',
    remedy: 'Set `priority`, or use INSERT_FIRST or ADD.',
  },
  IST0156: {
    name: 'UnsupportedGatewayAPIVersion',
    severity: 'error',
    meaning: 'A CRD of the Gateway API does not serve the version that is read.',
    remedy: 'Install newer CRDs of the Gateway API.',
  },
  IST0157: {
    name: 'InvalidTelemetryProvider',
    severity: 'warning',
    meaning:
      'A Telemetry asks for access logs without naming a provider, and the mesh has no default one: nothing is logged.',
    remedy: 'Name a provider, or set `defaultProviders.accessLogging` in MeshConfig.',
  },
  IST0158: {
    name: 'PodsIstioProxyImageMismatchInNamespace',
    severity: 'warning',
    meaning:
      'Pods run another image of the proxy than injection would give them now. Most often the mesh was upgraded.',
    remedy: 'Restart the workloads.',
  },
  IST0159: {
    name: 'ConflictingTelemetryWorkloadSelectors',
    severity: 'error',
    meaning: 'Several Telemetries select the same Pod. Which one counts is not defined.',
    remedy: 'Make their selectors exclusive.',
  },
  IST0160: {
    name: 'MultipleTelemetriesWithoutWorkloadSelectors',
    severity: 'error',
    meaning: 'A namespace has several Telemetries without a selector. Which one counts is not defined.',
    remedy: 'Keep one, or give the others a selector.',
  },
  IST0161: {
    name: 'InvalidGatewayCredential',
    severity: 'error',
    meaning:
      'The Secret that a Gateway names holds no certificate with its key, or one that is not valid now: TLS will not work there.',
    remedy: 'Make the Secret anew, with `tls.crt` and `tls.key` in PEM.',
  },
  IST0162: {
    name: 'GatewayPortNotDefinedOnService',
    severity: 'warning',
    meaning: 'A Gateway listens on a port that the Service of its Pods does not lead to.',
    remedy: 'Add the port to the Service, or correct the Gateway.',
  },
  IST0163: {
    name: 'InvalidExternalControlPlaneConfig',
    severity: 'warning',
    meaning: 'A webhook names neither a service nor a URL that can be reached.',
    remedy: 'Correct `clientConfig`.',
  },
  IST0164: {
    name: 'ExternalControlPlaneAddressIsNotAHostname',
    severity: 'info',
    meaning: 'The URL of a webhook has an IP address, which no certificate should name.',
    remedy: 'Use a host name.',
  },
  IST0165: {
    name: 'ReferencedInternalGateway',
    severity: 'warning',
    meaning: 'A VirtualService names a Gateway that was made from one of the Gateway API.',
    remedy: 'Use an HTTPRoute with the Gateway as its parent.',
  },
  IST0166: {
    name: 'IneffectiveSelector',
    severity: 'warning',
    meaning:
      'A policy selects the Pods of a Gateway of the Gateway API by label. Policies reach these only by `targetRefs`.',
    remedy: 'Write `targetRefs` with the Gateway instead of the selector.',
  },
  IST0167: {
    name: 'IneffectivePolicy',
    severity: 'warning',
    meaning: 'The object changes nothing, as what it applies to has no sidecar.',
    remedy: 'Remove it, or take the workloads out of ambient mode.',
  },
  IST0171: {
    name: 'NegativeConditionStatus',
    severity: 'warning',
    meaning: 'The status of an object says that something is wrong with it.',
    remedy: 'See the reason in the message.',
  },
  IST0172: {
    name: 'FutureUnsupportedGatewayAPIVersion',
    severity: 'warning',
    meaning: 'A CRD of the Gateway API serves only versions that will not be read for much longer.',
    remedy: 'Install newer CRDs of the Gateway API.',
  },
  IST0173: {
    name: 'DestinationRuleSubsetNotSelectPods',
    severity: 'error',
    meaning: 'A subset has no Pods. Requests to it are answered 503 (UH).',
    remedy: 'Correct the labels of the subset or of the Pods.',
  },
  IST0174: {
    name: 'UnknownDestinationRuleHost',
    severity: 'warning',
    meaning: 'A DestinationRule is for a host that no service has: it does nothing.',
    remedy: 'Correct the host. A name without a dot means the namespace of the DestinationRule.',
  },
  IST0175: {
    name: 'JwksUriFetchUnrestricted',
    severity: 'warning',
    meaning:
      'Tokens are validated with keys that the control plane fetches, and nothing keeps it from fetching inside the network.',
    remedy: 'Set BLOCKED_CIDRS_IN_JWKS_URIS on istiod.',
  },
  IST0176: {
    name: 'GatewayAPICRDVersionBelowMinimum',
    severity: 'warning',
    meaning: 'A CRD of the Gateway API is older than what is needed: objects of its kind are ignored.',
    remedy: 'Install newer CRDs of the Gateway API.',
  },
  IST0177: {
    name: 'ConflictingServiceEntryProtocol',
    severity: 'warning',
    meaning: 'ServiceEntries give one host and port different protocols. Which one counts is not defined.',
    remedy: 'Use one protocol, or export the entries to different namespaces.',
  },
} as const satisfies Readonly<Record<string, CodeFacts>>
