import { hasFailed, type LoggedRequest } from '../logged-request.ts'

/** Which requests are wanted; what is left out does not matter. */
export interface RequestFilter {
  /** Workload of either end, `name` or `name.namespace`; or `pod.namespace` or `pod` of the proxy or the server. */
  readonly workload?: string
  /** Host of the called service, or its beginning up to a dot. */
  readonly service?: string
  readonly namespace?: string
  readonly version?: string
  readonly route?: string
  /** `503`, or a class: `5xx`. */
  readonly status?: string
  readonly method?: string
  /** A beginning of the path. */
  readonly path?: string
  readonly reporter?: 'source' | 'destination'
  readonly failures?: boolean
}

export function isWanted(request: LoggedRequest, filter: RequestFilter): boolean {
  const { destination } = request
  const same = (value: string, wanted: string | undefined) => wanted === undefined || value === wanted
  return (
    (filter.failures !== true || hasFailed(request)) &&
    same(request.reporter, filter.reporter) &&
    same(request.method, filter.method?.toUpperCase()) &&
    same(request.routeName, filter.route) &&
    same(destination.version, filter.version) &&
    (filter.namespace === undefined || [destination.namespace, request.source.namespace].includes(filter.namespace)) &&
    (filter.path === undefined || request.path.startsWith(filter.path)) &&
    (filter.status === undefined || hasStatus(request.status, filter.status)) &&
    (filter.service === undefined || isBeginning(filter.service, destination.service)) &&
    (filter.workload === undefined || involves(request, filter.workload))
  )
}

function hasStatus(status: number, wanted: string): boolean {
  return /^\dxx$/i.test(wanted) ? Math.floor(status / 100) === Number(wanted[0]) : status === Number(wanted)
}

/** `myapp` and `myapp.default` are beginnings of `myapp.default.svc.cluster.local`. */
function isBeginning(name: string, host: string): boolean {
  return host === name || host.startsWith(`${name}.`)
}

function involves({ source, destination, proxy }: LoggedRequest, name: string): boolean {
  const names = [source, destination].flatMap(({ workload, namespace }) => [workload, `${workload}.${namespace}`])
  const pods = [proxy, destination.pod].flatMap((pod) => [pod, pod.slice(0, pod.lastIndexOf('.'))])
  return [...names, ...pods].includes(name)
}
