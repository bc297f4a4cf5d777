import { anything, flag, list, map, message, type Of, text, uint64, words } from '../../../schema/fields.ts'
import { TemplateMetaSchema } from '../../object-meta.ts'
import { Container } from './container.ts'

export const PodSpec = message(
  { containers: list(Container) },
  {
    initContainers: list(Container),
    serviceAccountName: text,
    nodeName: text,
    hostname: text,
    subdomain: text,
    hostNetwork: flag,
    restartPolicy: words('Always', 'OnFailure', 'Never'),
    /** Seconds between SIGTERM and SIGKILL; 30 by default. */
    terminationGracePeriodSeconds: uint64,
    volumes: list(anything),
    nodeSelector: map(text),
    securityContext: anything,
  },
  {
    also: [
      'activeDeadlineSeconds',
      'affinity',
      'automountServiceAccountToken',
      'dnsConfig',
      'dnsPolicy',
      'enableServiceLinks',
      'ephemeralContainers',
      'hostAliases',
      'hostIPC',
      'hostPID',
      'hostUsers',
      'hostnameOverride',
      'imagePullSecrets',
      'os',
      'overhead',
      'preemptionPolicy',
      'priority',
      'priorityClassName',
      'readinessGates',
      'resourceClaims',
      'resources',
      'runtimeClassName',
      'schedulerName',
      'schedulingGates',
      'serviceAccount',
      'setHostnameAsFQDN',
      'shareProcessNamespace',
      'tolerations',
      'topologySpreadConstraints',
    ],
  },
)
export type PodSpec = Of<typeof PodSpec>

export const PodTemplate = message({ spec: PodSpec }, { metadata: TemplateMetaSchema }, { also: [] })
export type PodTemplate = Of<typeof PodTemplate>
