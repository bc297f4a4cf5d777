import type {
  Canary,
  Condition,
  Deployment,
  DestinationRule,
  EndpointSlice,
  Namespace,
  Pod,
  ReplicaSet,
  Resource,
  Service,
  ServiceEntry,
  VirtualService,
} from '@mizzen/api'

/** One column of `get`; `wide` ones appear with `-o wide` only. */
export interface Column {
  readonly header: string
  readonly cell: (object: Resource) => string
  readonly wide?: boolean
}

function column<Object extends Resource>(header: string, cell: (object: Object) => unknown, wide = false): Column {
  const text = (value: unknown) => (value === undefined || value === '' ? '<none>' : String(value))
  return { header, wide, cell: (object) => text(cell(object as Object)) }
}

const list = (values: readonly string[] | undefined) => (values === undefined ? undefined : JSON.stringify(values))

const programmed = column(
  'PROGRAMMED',
  (object: Resource<unknown, { conditions?: readonly Condition[] }>) =>
    object.status?.conditions?.find(({ type }) => type === 'Programmed')?.status ?? 'Unknown',
  true,
)

/** What stands between NAME and AGE for each kind; Istio's and Kubernetes' own columns. */
const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  VirtualService: [
    column('GATEWAYS', ({ spec }: VirtualService) => list(spec.gateways)),
    column('HOSTS', ({ spec }: VirtualService) => list(spec.hosts)),
    programmed,
  ],
  DestinationRule: [column('HOST', ({ spec }: DestinationRule) => spec.host), programmed],
  Gateway: [programmed],
  ServiceEntry: [
    column('HOSTS', ({ spec }: ServiceEntry) => list(spec.hosts)),
    column('LOCATION', ({ spec }: ServiceEntry) => spec.location),
    column('RESOLUTION', ({ spec }: ServiceEntry) => spec.resolution),
  ],
  // Flagger's, and why it is there.
  Canary: [
    column('STATUS', ({ status }: Canary) => status?.phase),
    column('WEIGHT', ({ status }: Canary) => status?.currentWeight),
    column('STEP', ({ spec, status }: Canary) => step(spec, status)),
    column('REASON', ({ status }: Canary) => status?.conditions?.[0]?.reason),
    column('MESSAGE', ({ status }: Canary) => status?.conditions?.[0]?.message, true),
  ],
  Service: [
    column('TYPE', ({ spec }: Service) => spec.type ?? 'ClusterIP'),
    column('CLUSTER-IP', ({ spec }: Service) => spec.clusterIP),
    column('PORT(S)', ({ spec }: Service) =>
      spec.ports?.map(({ port, protocol = 'TCP' }) => `${port}/${protocol}`).join(','),
    ),
    column('SELECTOR', ({ spec }: Service) => pairs(spec.selector), true),
    programmed,
  ],
  Pod: [
    column('READY', podReady),
    column('STATUS', podStatus),
    column('RESTARTS', ({ status }: Pod) =>
      sum(status?.containerStatuses?.map(({ restartCount }) => restartCount ?? 0)),
    ),
    column('IP', ({ status }: Pod) => status?.podIP, true),
  ],
  Deployment: [
    column('READY', ({ spec, status }: Deployment) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 1}`),
    column('UP-TO-DATE', ({ status }: Deployment) => status?.updatedReplicas ?? 0),
    column('AVAILABLE', ({ status }: Deployment) => status?.availableReplicas ?? 0),
  ],
  ReplicaSet: [
    column('DESIRED', ({ spec }: ReplicaSet) => spec.replicas ?? 1),
    column('CURRENT', ({ status }: ReplicaSet) => status?.replicas ?? 0),
    column('READY', ({ status }: ReplicaSet) => status?.readyReplicas ?? 0),
  ],
  EndpointSlice: [
    column('ADDRESSTYPE', ({ addressType }: EndpointSlice) => addressType),
    column('PORTS', ({ ports }: EndpointSlice) => ports?.map(({ port }) => port).join(',')),
    column('ENDPOINTS', ({ endpoints }: EndpointSlice) => endpoints?.flatMap(({ addresses }) => addresses).join(',')),
  ],
  Namespace: [
    column('STATUS', ({ status }: Namespace) => (status as { phase?: string } | undefined)?.phase ?? 'Active'),
  ],
}

export function columnsOf(kind: string, wide: boolean): readonly Column[] {
  return (COLUMNS[kind] ?? []).filter((one) => wide || one.wide !== true)
}

function podReady({ spec, status }: Pod): string {
  const ready = status?.containerStatuses?.filter((container) => container.ready === true).length ?? 0
  return `${ready}/${spec.containers.length}`
}

/** As kubectl: what keeps a container from running is told before the phase. */
function podStatus({ metadata, status }: Pod): string {
  if (metadata.deletionTimestamp !== undefined) return 'Terminating'
  const waiting = status?.containerStatuses?.find(({ state }) => state?.waiting?.reason !== undefined)
  return waiting?.state?.waiting?.reason ?? status?.phase ?? 'Pending'
}

/** Steps that are done, of all. */
function step({ steps = [] }: Canary['spec'], status: Canary['status']): string | undefined {
  return status?.currentStep === undefined ? undefined : `${Math.min(status.currentStep, steps.length)}/${steps.length}`
}

function pairs(labels: Readonly<Record<string, string>> | undefined): string | undefined {
  return (
    labels &&
    Object.entries(labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(',')
  )
}

function sum(values: readonly number[] | undefined): number {
  return values?.reduce((total, value) => total + value, 0) ?? 0
}
