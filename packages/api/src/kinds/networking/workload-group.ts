import { about, int32, list, map, message, name, type Of, port, text } from '../../schema/fields.ts'
import { type IstioStatus, istioKind } from '../istio-kind.ts'
import type { Typed } from '../kind.ts'
import { WorkloadEntrySpec } from './workload-entry.ts'

const HTTPHeader = message({}, { name: text, value: text })

const HTTPHealthCheckConfig = message(
  { port: about('Port that is asked.', port) },
  {
    path: about('Path that is asked; must begin with "/".', text, '/'),
    host: about('Host name or address; by default that of the workload.', text),
    scheme: about('Scheme of the request: HTTP or HTTPS.', text, 'HTTP'),
    httpHeaders: about('Headers to send; `Host` overrides the host.', list(HTTPHeader)),
  },
)

/** Of a workload outside Kubernetes, and of the application behind a sidecar. */
export const ReadinessProbe = message(
  {},
  {
    initialDelaySeconds: about('Seconds before the first probe.', int32, 0),
    timeoutSeconds: about('Seconds until a probe counts as failed.', int32, 1),
    periodSeconds: about('Seconds between probes.', int32, 10),
    successThreshold: about('Successes in a row until the workload is ready again.', int32, 1),
    failureThreshold: about('Failures in a row until the workload is not ready.', int32, 3),
    httpGet: about('Ready if an HTTP request is answered with 200 to 399.', HTTPHealthCheckConfig),
    tcpSocket: about(
      'Ready if a connection can be opened.',
      message({ port: about('Port to connect to.', port) }, { host: text }),
    ),
    exec: about(
      'Ready if a command ends with status 0.',
      message({ command: about('The command and its arguments; no shell.', list(name)) }, {}),
    ),
    grpc: about(
      'Ready if the gRPC health service says SERVING.',
      message({}, { port: about('Port of the health service.', port), service: about('Name to ask for.', text, '') }),
    ),
  },
  { oneofs: [['httpGet', 'tcpSocket', 'exec', 'grpc']] },
)
export type ReadinessProbe = Of<typeof ReadinessProbe>

export const WorkloadGroupSpec = message(
  { template: about('What the entries of the group have in common.', WorkloadEntrySpec) },
  {
    metadata: about(
      'Labels and annotations of the entries that are made.',
      message({}, { labels: map(text, 256), annotations: map(text, 256) }),
    ),
    probe: about('How the health of a workload is found out.', ReadinessProbe),
  },
)
export type WorkloadGroupSpec = Of<typeof WorkloadGroupSpec>

export type WorkloadGroup = Typed<WorkloadGroupSpec, IstioStatus>
export const workloadGroupKind = istioKind('WorkloadGroup', 'workloadgroups', ['wg'], WorkloadGroupSpec)
