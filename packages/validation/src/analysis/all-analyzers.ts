import type { Analyzer } from './analyzer.ts'
import { alphaAnnotations } from './analyzers/alpha-annotations.ts'
import { annotations } from './analyzers/annotations.ts'
import { applicationUid } from './analyzers/application-uid.ts'
import { authorizationPolicies } from './analyzers/authorization-policies.ts'
import { blockedCidrs } from './analyzers/blocked-cidrs.ts'
import { caCertificates } from './analyzers/ca-certificates.ts'
import { canaries } from './analyzers/canaries.ts'
import { certificates } from './analyzers/certificates.ts'
import { conditions } from './analyzers/conditions.ts'
import { conflictingGateways } from './analyzers/conflicting-gateways.ts'
import { deploymentServices } from './analyzers/deployment-services.ts'
import { deprecation } from './analyzers/deprecation.ts'
import { destinationRuleSubsets } from './analyzers/destination-rule-subsets.ts'
import { envoyFilterPatches } from './analyzers/envoy-filter-patches.ts'
import { externalControlPlane } from './analyzers/external-control-plane.ts'
import { gatewayApiCrds } from './analyzers/gateway-api-crds.ts'
import { gatewayApiSelectors } from './analyzers/gateway-api-selectors.ts'
import { gatewayCertificates } from './analyzers/gateway-certificates.ts'
import { gatewayPorts } from './analyzers/gateway-ports.ts'
import { gatewaySecrets } from './analyzers/gateway-secrets.ts'
import { imageAuto } from './analyzers/image-auto.ts'
import { injection } from './analyzers/injection.ts'
import { injectionImages } from './analyzers/injection-images.ts'
import { jwtClaimRoutes } from './analyzers/jwt-claim-routes.ts'
import { meshGatewayHosts } from './analyzers/mesh-gateway-hosts.ts'
import { meshNetworks } from './analyzers/mesh-networks.ts'
import { neverMatchingPolicies } from './analyzers/never-matching-policies.ts'
import { portNames } from './analyzers/port-names.ts'
import { retryStorms } from './analyzers/retry-storms.ts'
import { schemaAnalyzers } from './analyzers/schema.ts'
import { serviceEntryAddresses } from './analyzers/service-entry-addresses.ts'
import { serviceEntryProtocols } from './analyzers/service-entry-protocols.ts'
import { shadowedRules } from './analyzers/shadowed-rules.ts'
import { sidecarSelectors } from './analyzers/sidecar-selectors.ts'
import { telemetryDefaults } from './analyzers/telemetry-defaults.ts'
import { telemetryLightstep } from './analyzers/telemetry-lightstep.ts'
import { telemetryProviders } from './analyzers/telemetry-providers.ts'
import { telemetrySelectors } from './analyzers/telemetry-selectors.ts'
import { timeouts } from './analyzers/timeouts.ts'
import { virtualServiceDestinations } from './analyzers/virtual-service-destinations.ts'
import { virtualServiceGateways } from './analyzers/virtual-service-gateways.ts'
import { virtualServiceSubsets } from './analyzers/virtual-service-subsets.ts'
import { webhooks } from './analyzers/webhooks.ts'
import { weights } from './analyzers/weights.ts'

/** Istio's, by their names there. */
const ISTIO_ANALYZERS: readonly Analyzer[] = [
  annotations,
  alphaAnnotations,
  blockedCidrs,
  authorizationPolicies,
  conditions,
  deploymentServices,
  applicationUid,
  deprecation,
  caCertificates,
  destinationRuleSubsets,
  envoyFilterPatches,
  externalControlPlane,
  gatewayPorts,
  gatewayCertificates,
  conflictingGateways,
  injection,
  injectionImages,
  imageAuto,
  gatewayApiSelectors,
  gatewayApiCrds,
  meshNetworks,
  portNames,
  serviceEntryAddresses,
  serviceEntryProtocols,
  sidecarSelectors,
  telemetryProviders,
  telemetryLightstep,
  telemetrySelectors,
  telemetryDefaults,
  meshGatewayHosts,
  virtualServiceDestinations,
  virtualServiceSubsets,
  virtualServiceGateways,
  jwtClaimRoutes,
  webhooks,
]

/** What Istio does not look for. */
const OWN_ANALYZERS: readonly Analyzer[] = [
  weights,
  canaries,
  retryStorms,
  timeouts,
  neverMatchingPolicies,
  shadowedRules,
]

/**
 * All that there are, also those that are only run by name.
 * @param now milliseconds since 1970, for what depends on the date
 */
export function allAnalyzers(now: () => number): readonly Analyzer[] {
  return [...ISTIO_ANALYZERS, gatewaySecrets(now), ...schemaAnalyzers, ...OWN_ANALYZERS, certificates(now)]
}

/** What is run where nobody names any. */
export function defaultAnalyzers(now: () => number): readonly Analyzer[] {
  return allAnalyzers(now).filter(({ byDefault }) => byDefault !== false)
}

/** The same without what is wrong with objects by themselves: a mesh tells that when they come. */
export function liveAnalyzers(now: () => number): readonly Analyzer[] {
  return defaultAnalyzers(now).filter((one) => !schemaAnalyzers.includes(one))
}

/** By any of its names, in any case. */
export function findAnalyzer(name: string, analyzers: readonly Analyzer[]): Analyzer | undefined {
  const wanted = name.toLowerCase()
  return analyzers.find((one) => [one.name, ...(one.aliases ?? [])].some((known) => known.toLowerCase() === wanted))
}
