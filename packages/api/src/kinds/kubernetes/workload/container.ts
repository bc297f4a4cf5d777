import { anything, flag, list, map, message, type Of, text, uint32, words } from '../../../schema/fields.ts'
import { Lifecycle, Probe } from './probe.ts'

export const ContainerPort = message(
  { containerPort: uint32 },
  { name: text, protocol: words('TCP', 'UDP', 'SCTP'), hostPort: uint32, hostIP: text },
  { also: [] },
)
export type ContainerPort = Of<typeof ContainerPort>

const KeySelector = message({ key: text }, { name: text, optional: flag }, { also: [] })

export const EnvVar = message(
  { name: text },
  {
    value: text,
    valueFrom: message(
      {},
      {
        fieldRef: message({ fieldPath: text }, { apiVersion: text }, { also: [] }),
        configMapKeyRef: KeySelector,
        secretKeyRef: KeySelector,
        resourceFieldRef: message({ resource: text }, { containerName: text, divisor: anything }, { also: [] }),
      },
      { oneofs: [['fieldRef', 'configMapKeyRef', 'secretKeyRef', 'resourceFieldRef']], also: ['fileKeyRef'] },
    ),
  },
  { oneofs: [['value', 'valueFrom']], also: [] },
)
export type EnvVar = Of<typeof EnvVar>

const EnvSource = message({}, { name: text, optional: flag }, { also: [] })

export const Container = message(
  { name: text },
  {
    image: text,
    command: list(text),
    args: list(text),
    workingDir: text,
    env: list(EnvVar),
    envFrom: list(message({}, { prefix: text, configMapRef: EnvSource, secretRef: EnvSource }, { also: [] })),
    ports: list(ContainerPort),
    readinessProbe: Probe,
    livenessProbe: Probe,
    startupProbe: Probe,
    lifecycle: Lifecycle,
    resources: message({}, { limits: map(anything), requests: map(anything) }, { also: ['claims'] }),
    volumeMounts: list(
      message(
        { name: text, mountPath: text },
        { readOnly: flag, subPath: text, subPathExpr: text },
        {
          also: ['mountPropagation', 'recursiveReadOnly'],
        },
      ),
    ),
    /** `Always` on an init container makes it a native sidecar. */
    restartPolicy: text,
    securityContext: anything,
  },
  {
    also: [
      'imagePullPolicy',
      'resizePolicy',
      'restartPolicyRules',
      'stdin',
      'stdinOnce',
      'terminationMessagePath',
      'terminationMessagePolicy',
      'tty',
      'volumeDevices',
    ],
  },
)
export type Container = Of<typeof Container>
