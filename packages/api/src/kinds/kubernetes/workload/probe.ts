import { int32, intOrText, list, message, type Of, text, words } from '../../../schema/fields.ts'

const HttpGetAction = message(
  { port: intOrText },
  {
    path: text,
    host: text,
    scheme: words('HTTP', 'HTTPS'),
    httpHeaders: list(message({ name: text, value: text }, {}, { also: [] })),
  },
  { also: [] },
)
const ACTIONS = {
  httpGet: HttpGetAction,
  tcpSocket: message({ port: intOrText }, { host: text }, { also: [] }),
  grpc: message({ port: int32 }, { service: text }, { also: [] }),
  exec: message({}, { command: list(text) }, { also: [] }),
}

export const Probe = message(
  {},
  {
    ...ACTIONS,
    initialDelaySeconds: int32,
    periodSeconds: int32,
    timeoutSeconds: int32,
    successThreshold: int32,
    failureThreshold: int32,
    terminationGracePeriodSeconds: int32,
  },
  { oneofs: [['httpGet', 'tcpSocket', 'grpc', 'exec']], also: [] },
)
export type Probe = Of<typeof Probe>

const LifecycleHandler = message(
  {},
  {
    httpGet: HttpGetAction,
    exec: ACTIONS.exec,
    tcpSocket: ACTIONS.tcpSocket,
    sleep: message({ seconds: int32 }, {}, { also: [] }),
  },
  { oneofs: [['httpGet', 'tcpSocket', 'exec', 'sleep']], also: [] },
)

export const Lifecycle = message(
  {},
  { postStart: LifecycleHandler, preStop: LifecycleHandler },
  { also: ['stopSignal'] },
)
export type Lifecycle = Of<typeof Lifecycle>
