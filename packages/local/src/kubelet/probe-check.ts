import { request } from 'node:http'
import { request as secureRequest } from 'node:https'
import { Socket } from 'node:net'
import type { Container, Probe } from '@mizzen/api'
import type { CheckResult } from './prober.ts'

type HttpGet = NonNullable<Probe['httpGet']>

export interface ProbeTarget {
  /** Container port to the address where it really listens. */
  readonly resolve: (port: number) => { readonly host: string; readonly port: number }
  readonly ports: Container['ports']
  /** Runs a command in the container's place; true if it ends with status 0 in time. */
  readonly execute: (command: readonly string[], timeoutMs: number) => Promise<CheckResult>
}

const ok: CheckResult = { ok: true }
const failed = (message: string): CheckResult => ({ ok: false, message })

/** One look at a container. A gRPC probe is taken as a TCP one: that the port accepts connections. */
export function checkProbe(probe: Probe, target: ProbeTarget, timeoutMs: number): Promise<CheckResult> {
  if (probe.httpGet !== undefined) return checkHttp(probe.httpGet, target, timeoutMs)
  if (probe.exec !== undefined) return target.execute(probe.exec.command ?? [], timeoutMs)
  const port = probe.tcpSocket?.port ?? probe.grpc?.port
  const number = port === undefined ? undefined : portNumber(port, target)
  if (number === undefined)
    return Promise.resolve(failed(`the probe names no port of its container: ${port ?? 'none'}`))
  return checkTcp(target.resolve(number), timeoutMs)
}

function portNumber(port: number | string, { ports = [] }: ProbeTarget): number | undefined {
  if (typeof port === 'number') return port
  const named = ports.find((candidate) => candidate.name === port)?.containerPort
  return named ?? (/^\d+$/.test(port) ? Number(port) : undefined)
}

/** Statuses from 200 to 399 are good, as in Kubernetes. */
function checkHttp(action: HttpGet, target: ProbeTarget, timeoutMs: number): Promise<CheckResult> {
  const number = portNumber(action.port, target)
  if (number === undefined) return Promise.resolve(failed(`the container has no port ${action.port}`))
  const { host, port } = target.resolve(number)
  const headers = Object.fromEntries((action.httpHeaders ?? []).map(({ name, value }) => [name, value]))
  const options = {
    host: action.host ?? host,
    port,
    path: action.path ?? '/',
    headers: { 'user-agent': 'kube-probe/mizzen', ...headers },
    agent: false,
    rejectUnauthorized: false,
    signal: AbortSignal.timeout(timeoutMs),
  }
  return new Promise((resolve) => {
    const send = action.scheme === 'HTTPS' ? secureRequest : request
    const call = send(options, (response) => {
      const { statusCode = 0 } = response
      resolve(statusCode >= 200 && statusCode < 400 ? ok : failed(`${options.path} answered ${statusCode}`))
      // Nobody reads the body; a long one is not waited for.
      response.destroy()
    })
    call.once('error', (error) => resolve(failed(reason(error, timeoutMs))))
    call.end()
  })
}

function checkTcp(address: { host: string; port: number }, timeoutMs: number): Promise<CheckResult> {
  return new Promise((resolve) => {
    const socket = new Socket({ signal: AbortSignal.timeout(timeoutMs) })
    socket.once('connect', () => {
      resolve(ok)
      socket.destroy()
    })
    socket.once('error', (error) => resolve(failed(reason(error, timeoutMs))))
    socket.connect(address.port, address.host)
  })
}

function reason(error: Error, timeoutMs: number): string {
  return error.name === 'AbortError' || error.name === 'TimeoutError'
    ? `no answer within ${timeoutMs} ms`
    : error.message
}
