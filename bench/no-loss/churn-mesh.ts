import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a test of changes puts behind a gateway: one service with two versions. */
export interface ChurnMeshOptions {
  readonly folder: string
  /** On which the gateway listens. */
  readonly gatewayPort: number
  /** Ports of the versions on the loopback. */
  readonly upstreams: { readonly v1: number; readonly v2: number }
}

/** Says which rules are at work: in a header of every answer. */
export const STEP_HEADER = 'x-step'

/** The field is a signed number of 32 bits. */
const MAX_WEIGHT = 2 ** 31 - 1

/** The mesh as a directory of manifests whose rules change all the time. */
export class ChurnMesh {
  readonly #options: ChurnMeshOptions

  constructor(options: ChurnMeshOptions) {
    this.#options = options
    this.#save('mesh', this.#fixed())
    this.rename(0)
  }

  /** The subset, and with it the cluster, that takes all requests has another name from now on; the old one is gone. */
  rename(step: number): void {
    const name = `r${step}`
    this.#save('rules', this.#rules([name], step, [{ route: [to(name)] }]))
  }

  /** Other routes over the same clusters. */
  reroute(step: number): void {
    const some = { match: [{ uri: { prefix: `/${step}` } }, { headers: { a: { exact: `${step}` } } }] }
    const weights = [to('v1', step % 101), to('v2', 100 - (step % 101))]
    const rules = [{ ...some, route: [to('v1')] }, { route: weights }]
    this.#save('rules', this.#rules(['v1', 'v2'], step, step % 2 === 0 ? rules : rules.slice(1)))
  }

  /**
   * Routes that control planes let pass, Istio's too, and data planes refuse: Envoy, because the weights add up to more than
   * 32 bits; ours, because the rewrite refers to a group that its pattern does not have.
   */
  refusedRoutes(step: number): void {
    const rewrite = { uriRegexRewrite: { match: '/nowhere', rewrite: '\\5' } }
    const route = ['v1', 'v2', 'v1'].map((subset) => to(subset, MAX_WEIGHT))
    this.#save('rules', this.#rules(['v1', 'v2'], step, [{ rewrite, route }]))
  }

  /** Replaced by rename, so that nobody reads half a file. */
  #save(name: string, objects: readonly object[]): void {
    const file = join(this.#options.folder, `${name}.yaml`)
    writeFileSync(`${file}.new`, objects.map((object) => JSON.stringify(object)).join('\n---\n'))
    renameSync(`${file}.new`, file)
  }

  #rules(subsets: readonly string[], step: number, http: readonly object[]): object[] {
    const spec = {
      ...{ hosts: ['*'], gateways: ['entry'] },
      http: http.map((rule) => ({ ...rule, headers: { response: { set: { [STEP_HEADER]: String(step) } } } })),
    }
    const labelled = (name: string) => ({ name, labels: name.startsWith('v') ? { version: name } : { app: 'app' } })
    return [
      istio('DestinationRule', 'app', { host: 'app', subsets: subsets.map(labelled) }),
      istio('VirtualService', 'app', spec),
    ]
  }

  #fixed(): object[] {
    const { gatewayPort, upstreams } = this.#options
    const server = { port: { number: gatewayPort, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }
    return [
      istio('Gateway', 'entry', { selector: { istio: 'ingressgateway' }, servers: [server] }),
      core('Service', 'app', { selector: { app: 'app' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] }),
      ...Object.entries(upstreams).flatMap(([version, port]) => [
        core('Pod', version, { containers: [{ name: 'app' }] }, { app: 'app', version }),
        endpointSlice(version, port),
      ]),
    ]
  }
}

function to(subset: string, weight = 100): object {
  return { destination: { host: 'app', subset }, weight }
}

function istio(kind: string, name: string, spec: object): object {
  return { apiVersion: 'networking.istio.io/v1', kind, metadata: { name, namespace: 'default' }, spec }
}

function core(kind: string, name: string, spec: object, labels: Readonly<Record<string, string>> = {}): object {
  return { apiVersion: 'v1', kind, metadata: { name, namespace: 'default', labels }, spec }
}

function endpointSlice(pod: string, port: number): object {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `app-${pod}`, namespace: 'default', labels: { 'kubernetes.io/service-name': 'app' } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port }],
    endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: true }, targetRef: { kind: 'Pod', name: pod } }],
  }
}
