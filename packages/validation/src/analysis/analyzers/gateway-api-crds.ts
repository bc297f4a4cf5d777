import { type Analyzer, eachAlone } from '../analyzer.ts'
import { fields, items, text } from '../loose.ts'

type Version = readonly [major: number, minor: number, patch: number]

/** The oldest releases of the Gateway API that have what is read of these kinds. */
const MINIMUM: Readonly<Record<string, Version>> = {
  'grpcroutes.gateway.networking.k8s.io': [1, 1, 0],
  'backendtlspolicies.gateway.networking.k8s.io': [1, 4, 0],
  'tlsroutes.gateway.networking.k8s.io': [1, 5, 0],
}

/** Kinds by the version that has to be served now, and before long. */
const SERVED = [
  ['v1beta1', 'IST0156', ['Gateway', 'GatewayClass', 'HTTPRoute', 'ReferenceGrant']],
  ['v1', 'IST0172', ['Gateway', 'GatewayClass', 'HTTPRoute', 'GRPCRoute']],
] as const

export const gatewayApiCrds: Analyzer = {
  name: 'k8sgateway.CRDVersionAnalyzer',
  summary: 'CRDs of the Gateway API that are too old',
  analyze: eachAlone(['CustomResourceDefinition'], ({ name, annotations, spec }, report) => {
    const minimum = MINIMUM[name]
    const installed = annotations['gateway.networking.k8s.io/bundle-version'] ?? ''
    const version = parseVersion(installed)
    if (minimum !== undefined && version !== undefined && isOlder(version, minimum)) {
      const message = `${name} is of release ${installed}, and ${minimum.join('.')} is needed: its objects are ignored`
      report('IST0176', '', message)
    }
    const served = items(spec.versions)
      .filter((one) => one.served === true)
      .map((one) => text(one.name))
    if (spec.group !== 'gateway.networking.k8s.io' || served.length === 0) return
    const kind = text(fields(spec.names).kind)
    for (const [wanted, code, kinds] of SERVED) {
      if ((kinds as readonly string[]).includes(kind) && !served.includes(wanted)) {
        report(code, 'spec.versions', `${kind} is served as ${served.join(', ')}, and ${wanted} is needed`)
      }
    }
  }),
}

/** Without what follows the numbers: a release candidate counts as the release. */
function parseVersion(text: string): Version | undefined {
  const match = /^v?(\d{1,6})(?:\.(\d{1,6}))?(?:\.(\d{1,6}))?(?:[-+].*)?$/.exec(text)
  return match === null ? undefined : [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)]
}

function isOlder(left: Version, right: Version): boolean {
  const first = [0, 1, 2].find((part) => left[part] !== right[part])
  return first !== undefined && left[first]! < right[first]!
}
