import type { Container } from '@mizzen/api'
import { proxyPorts } from '@mizzen/injection'
import type { EnvironmentFacts, Variables } from './declared-variables.ts'

/**
 * What every application is told besides: who it is, where to listen, and which proxy to use. `PORT` and `HOST` are how
 * an application learns its private port; a PORT of its own that is a container port means that port.
 */
export function localVariables(container: Container, declared: Variables, facts: EnvironmentFacts): Variables {
  const { pod, podIP } = facts
  const identity = {
    HOSTNAME: pod.metadata.name,
    POD_NAME: pod.metadata.name,
    POD_NAMESPACE: pod.metadata.namespace ?? 'default',
    POD_IP: podIP,
  }
  const proxied = facts.behindSidecar ? proxyVariables(podIP) : {}
  return { ...identity, ...proxied, ...declared, ...listenVariables(container, declared, facts) }
}

function listenVariables(container: Container, declared: Variables, facts: EnvironmentFacts): Variables {
  const ports = (container.ports ?? []).map((port) => port.containerPort)
  const [first] = ports
  if (first === undefined) return {}
  const actual = (port: number) => String(facts.privatePorts.get(port) ?? port)
  const asked = declared.PORT
  const main = asked === undefined ? actual(first) : ports.includes(Number(asked)) ? actual(Number(asked)) : asked
  return {
    HOST: facts.behindSidecar ? '127.0.0.1' : facts.podIP,
    PORT: main,
    ...Object.fromEntries(ports.map((port) => [`PORT_${port}`, actual(port)])),
  }
}

/** Programs disagree about the case of these names; Node heeds them only when told to. */
function proxyVariables(podIP: string): Variables {
  const proxy = `http://${podIP}:${proxyPorts.httpProxy}`
  const direct = 'localhost,127.0.0.1'
  return { HTTP_PROXY: proxy, http_proxy: proxy, NO_PROXY: direct, no_proxy: direct, NODE_USE_ENV_PROXY: '1' }
}

/** Of the environment of this program: enough to find and run commands, nothing that is private to its user. */
const PASSED_ON = ['HOME', 'LANG', 'LC_ALL', 'LOGNAME', 'PATH', 'SHELL', 'TMPDIR', 'TZ', 'USER']

export function machineVariables(
  environment: Readonly<Record<string, string | undefined>>,
  nodeBinDir?: string,
): Variables {
  const passed = PASSED_ON.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]]))
  const path = [nodeBinDir, environment.PATH ?? '/usr/local/bin:/usr/bin:/bin'].filter(Boolean).join(':')
  return { ...Object.fromEntries(passed), PATH: path }
}
