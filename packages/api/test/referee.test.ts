import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { formatPlace } from '@mizzen/base'
import type { TSchema } from 'typebox'
import { describe, expect, it } from 'vitest'
import { type Problem, parseDocuments, type Resource, validate } from '../src/index.ts'
import { Port, Server } from '../src/kinds/gateway.ts'
import { ClientTLSSettings } from '../src/kinds/policy/client-tls.ts'
import { ConnectionPoolSettings } from '../src/kinds/policy/connection-pool.ts'
import { LoadBalancerSettings } from '../src/kinds/policy/load-balancer.ts'
import { LocalityLoadBalancerSetting, ZoneAwareLoadBalancerSetting } from '../src/kinds/policy/locality.ts'
import { OutlierDetection } from '../src/kinds/policy/outlier-detection.ts'
import { ServerTLSSettings } from '../src/kinds/policy/server-tls.ts'
import { TrafficPolicy } from '../src/kinds/policy/traffic-policy.ts'
import { Destination, RouteDestination } from '../src/kinds/routing/destination.ts'
import { HTTPDirectResponse, HTTPRedirect } from '../src/kinds/routing/http-action.ts'
import { HTTPFaultAbort, HTTPFaultDelay } from '../src/kinds/routing/http-fault.ts'
import { CorsPolicy, HTTPRetry, HTTPRewrite, RegexRewrite } from '../src/kinds/routing/http-modifier.ts'
import { HTTPRoute } from '../src/kinds/routing/http-route.ts'
import { checkClientTls } from '../src/rules/client-tls.ts'
import { checkConnectionPool } from '../src/rules/connection-pool.ts'
import { checkDestination, checkDestinations } from '../src/rules/destination.ts'
import { checkExportTo } from '../src/rules/export-to.ts'
import { checkServer, checkServerPort } from '../src/rules/gateway.ts'
import { fqdnFault, gatewayHostFault, wildcardFault } from '../src/rules/hosts.ts'
import { checkAbort, checkDelay, checkDirectResponse, checkRedirect } from '../src/rules/http-actions.ts'
import { checkCors, checkRegexRewrite, checkRetry, checkRewrite } from '../src/rules/http-modifiers.ts'
import { isHeaderName, isHeaderValue, isJwtClaim } from '../src/rules/http-names.ts'
import { checkHttpRoute } from '../src/rules/http-route.ts'
import { isIpAddress, isSubnet } from '../src/rules/ip-address.ts'
import { checkLoadBalancer } from '../src/rules/load-balancer.ts'
import { checkLocalities, checkLocality, checkZoneAware } from '../src/rules/locality.ts'
import { isDnsLabel } from '../src/rules/names.ts'
import { checkServerTls } from '../src/rules/server-tls.ts'
import { checkOutlierDetection, checkTrafficPolicy } from '../src/rules/traffic-policy.ts'
import { checkDuration, checkStatus } from '../src/rules/values.ts'
import { checkShape, type Report } from '../src/schema/check-shape.ts'
import { list, type Of } from '../src/schema/fields.ts'

/** Cases and manifests of Istio's own; see README.md there. */
const DATA = resolve(import.meta.dirname, '../../../../shared/istio-data')

interface Case {
  readonly id: string
  readonly function: string | null
  readonly input: unknown
  readonly extra: Readonly<Record<string, unknown>>
  readonly expect: { readonly valid?: boolean; readonly warning?: boolean }
}

type Judge = (input: never, problems: Problem[], item: Case) => void

/** The shape, and where it is good, the rules: as `validate` does for a whole object. */
function judge<Schema extends TSchema>(
  schema: Schema,
  check: (value: Of<Schema>, report: Report, item: Case) => void,
): Judge {
  return (input: unknown, problems, item) => {
    if (input === null) return
    const report: Report = (problem) => problems.push(problem)
    checkShape(input, schema, '', report)
    if (problems.length === 0) check(input as Of<Schema>, report, item)
  }
}

/** Of the objects in Istio's tables. */
const NAMESPACE = 'bar'

function judgeKind(kind: string): Judge {
  return (spec: unknown, problems, { extra }) => {
    const metadata = { name: 'case', namespace: NAMESPACE, ...(extra.labels !== undefined && { labels: extra.labels }) }
    problems.push(...validate({ apiVersion: 'networking.istio.io/v1', kind, metadata, spec } as Resource))
  }
}

function judgeText(isGood: (text: string, item: Case) => boolean): Judge {
  return (text: unknown, problems, item) => {
    if (!isGood(String(text), item)) problems.push({ severity: 'error', code: 'bad', path: '', message: 'bad' })
  }
}

const JUDGES: Readonly<Record<string, Judge>> = {
  ValidateVirtualService: judgeKind('VirtualService'),
  ValidateDestinationRule: judgeKind('DestinationRule'),
  ValidateGateway: judgeKind('Gateway'),
  ValidateServiceEntry: judgeKind('ServiceEntry'),
  ValidateWorkloadEntry: judgeKind('WorkloadEntry'),
  ValidateSidecar: judgeKind('Sidecar'),
  validateHTTPRoute: judge(HTTPRoute, (route, report, { id }) => {
    checkHttpRoute(route, '', id.startsWith('TestValidateDelegateHTTPRoute'), report)
  }),
  validateServer: judge(Server, (server, report) => checkServer(server, '', report)),
  validateServerPort: judge(Port, (port, report, { extra }) => checkServerPort(port, '', String(extra.bind), report)),
  validateTLSOptions: judge(ServerTLSSettings, (tls, report) => checkServerTls(tls, '', report)),
  validateConnectionPool: judge(ConnectionPoolSettings, (pool, report) => checkConnectionPool(pool, '', report)),
  validateLoadBalancer: judge(LoadBalancerSettings, (settings, report) =>
    checkLoadBalancer(settings, '', true, report),
  ),
  ValidateLocalityLbSetting: judge(LocalityLoadBalancerSetting, (setting, report, { extra }) =>
    checkLocality(setting, '', extra.outlier !== null, report),
  ),
  ValidateZoneAwareLbSetting: judge(ZoneAwareLoadBalancerSetting, (setting, report, { extra }) =>
    checkZoneAware(setting, '', extra.outlier !== null, report),
  ),
  validateLocalities: (_, problems, { extra }) => {
    checkLocalities(extra.localities as string[], '', (problem) => problems.push(problem))
  },
  validateOutlierDetection: judge(OutlierDetection, (outlier, report) => checkOutlierDetection(outlier, '', report)),
  validateTrafficPolicy: judge(TrafficPolicy, (policy, report) => checkTrafficPolicy(policy, '', report)),
  ValidateTLS: (_, problems, item) => {
    judge(ClientTLSSettings, (tls, report) => checkClientTls(tls, '', report))(item.extra.tls as never, problems, item)
  },
  validateDestination: judge(Destination, (destination, report) => checkDestination(destination, '', report)),
  validateRouteDestinations: judge(list(RouteDestination), (routes, report) => checkDestinations(routes, '', report)),
  validateHTTPRewrite: judge(HTTPRewrite, (rewrite, report) => checkRewrite(rewrite, '', report)),
  validateURIRegexRewrite: judge(RegexRewrite, (rewrite, report) => checkRegexRewrite(rewrite, '', report)),
  validateHTTPRedirect: judge(HTTPRedirect, (redirect, report) => checkRedirect(redirect, '', report)),
  validateHTTPDirectResponse: judge(HTTPDirectResponse, (response, report) =>
    checkDirectResponse(response, '', report),
  ),
  validateCORSPolicy: judge(CorsPolicy, (policy, report) => checkCors(policy, '', report)),
  'agent.ValidateHTTPRetry': judge(HTTPRetry, (retry, report) => checkRetry(retry, '', report)),
  validateHTTPFaultInjectionAbort: judge(HTTPFaultAbort, (abort, report) => checkAbort(abort, '', report)),
  validateHTTPFaultInjectionDelay: judge(HTTPFaultDelay, (delay, report) => checkDelay(delay, '', report)),
  validateHTTPStatus: (status: number, problems) => checkStatus(status, '', (problem) => problems.push(problem)),
  ValidateDuration: (text: string, problems) => checkDuration(text, '', (problem) => problems.push(problem)),
  validateExportTo: (exportTo: string[], problems, { extra }) => {
    const { namespace, isServiceEntry = false, isDestinationRuleWithSelector = false } = extra
    const rules = {
      namespace: String(namespace),
      mayHide: isServiceEntry === true,
      ownOnly: isDestinationRuleWithSelector === true,
    }
    checkExportTo(exportTo, '', rules, (problem) => problems.push(problem))
  },
  ValidateWildcardDomain: judgeText((name) => wildcardFault(name) === undefined),
  ValidateWildcardDomainForVirtualServiceBoundToGateway: judgeText(
    (name, { extra }) => gatewayHostFault(name, extra.sni === true) === undefined,
  ),
  ValidateFQDN: judgeText((_, { extra }) => fqdnFault(String(extra.fqdn)) === undefined),
  ValidatePortName: judgeText(isDnsLabel),
  ValidateStrictHTTPHeaderName: judgeText(isHeaderName),
  ValidateHTTPHeaderNameOrJwtClaimRoute: judgeText((name) => isHeaderName(name) || isJwtClaim(name)),
  ValidateHTTPHeaderValue: judgeText(isHeaderValue),
  ValidateIPAddress: judgeText((_, { extra }) => isIpAddress(String(extra.addr))),
  ValidateIPSubnet: judgeText((_, { extra }) => isSubnet(String(extra.subnet))),
}

/** Cases whose test in Istio sets up more than the table says, with what that is. */
const NOT_SAYABLE: Readonly<Record<string, string>> = {
  'TestValidateHTTPHeaderValue/005': 'the table has no verdict',
  'TestValidateK8sGateway/000': 'the table has no mark that the Gateway was made from one of the Gateway API',
}

/** Functions whose tables call what only has warnings invalid. */
const VALID_MEANS_CLEAN: ReadonlySet<string> = new Set(['ValidateLocalityLbSetting'])

/** Kinds and fields that are not this version's, and files that are no manifests. */
const IGNORED: ReadonlySet<string> = new Set(['unknown-kind', 'not-supported-yet', 'not-a-manifest'])

/** In Go a list may hold nil; in YAML the nearest thing to it is an empty object. */
function withoutNulls(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, item) => (Array.isArray(item) ? item.map((entry) => entry ?? {}) : item))
}

function expected({ expect: { valid, warning }, extra }: Case): { valid: boolean; warning?: boolean } {
  if (typeof extra.ok === 'boolean') return { valid: extra.ok }
  return { valid: valid ?? true, warning }
}

function isError(problem: Problem): boolean {
  return problem.severity === 'error'
}

function verdict(item: Case): { valid: boolean; warning: boolean } {
  const problems: Problem[] = []
  JUDGES[item.function!]!(withoutNulls(item.input) as never, problems, item)
  const counted = problems.filter((problem) => problem.code !== 'not-supported-yet')
  const errors = VALID_MEANS_CLEAN.has(item.function!) ? counted : counted.filter(isError)
  return {
    valid: errors.length === 0,
    warning: counted.some((problem) => problem.severity === 'warning'),
  }
}

describe.skipIf(!existsSync(DATA))("Istio's own verdicts", () => {
  it('are ours, case by case', () => {
    const cases = JSON.parse(readFileSync(join(DATA, 'validation/cases.json'), 'utf8')) as Case[]
    const mapped = cases.filter(
      (item) => item.function !== null && JUDGES[item.function] !== undefined && !NOT_SAYABLE[item.id],
    )
    const different = mapped.flatMap((item) => {
      const [theirs, ours] = [expected(item), verdict(item)]
      const same = theirs.valid === ours.valid && (theirs.warning ?? ours.warning) === ours.warning
      return same ? [] : [`${item.id} ${JSON.stringify(theirs)} but ours ${JSON.stringify(ours)}`]
    })
    console.log(
      `validation cases: ${mapped.length} of ${cases.length} mapped, ${mapped.length - different.length} equal`,
    )
    expect(different).toEqual([])
  })

  it('on whole documents are ours', () => {
    const crds = join(DATA, 'validation/crds')
    const different: string[] = []
    let judged = 0
    for (const file of readdirSync(crds)) {
      for (const text of readFileSync(join(crds, file), 'utf8').split(/^---$/m)) {
        const refused = /^_err:/m.test(text)
        for (const { resource, problems } of parseDocuments(text.replace(/^_err:.*$/m, ''), file)) {
          if (resource === undefined) continue
          judged += 1
          if (problems.some(isError) !== refused) different.push(`${file} ${resource.metadata.name}`)
        }
      }
    }
    console.log(`validation documents: ${judged} of kinds that Mizzen reads, ${judged - different.length} equal`)
    expect(different).toEqual([])
    expect(judged).toBeGreaterThan(0)
  })

  it("find nothing wrong with Istio's samples", () => {
    const samples = join(DATA, 'samples')
    const files = readdirSync(samples, { recursive: true, encoding: 'utf8' }).filter((file) => /\.ya?ml$/.test(file))
    const documents = files.flatMap((file) => parseDocuments(readFileSync(join(samples, file), 'utf8'), file))
    const problems = documents.flatMap((document) => document.problems)
    const described = problems
      .filter(({ code }) => !IGNORED.has(code))
      .map(({ place, severity, code }) => `${place && formatPlace(place)} ${severity} ${code}`)
    const read = documents.filter(({ resource }) => resource !== undefined).length
    console.log(`samples: ${read} of ${documents.length} documents are of kinds that Mizzen reads`)
    // Istio warns of it too: the first rule takes every request.
    expect(described).toEqual(['bookinfo/networking/fault-injection-details-v1.yaml:18:5 warning unreachable-rule'])
    expect(read).toBeGreaterThan(0)
  })
})
