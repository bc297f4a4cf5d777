import { isIP } from 'node:net'

type Check = (value: string) => string | undefined

/** Values that Istio's injector checks (pkg/kube/inject); of other annotations any value is taken. */
const CHECKS: Readonly<Record<string, Check>> = {
  'sidecar.istio.io/interceptionMode': oneOf(['REDIRECT', 'TPROXY', 'NONE']),
  'status.sidecar.istio.io/port': (value) => portProblem(value),
  'readiness.status.sidecar.istio.io/initialDelaySeconds': wholeNumber,
  'readiness.status.sidecar.istio.io/periodSeconds': wholeNumber,
  'readiness.status.sidecar.istio.io/failureThreshold': wholeNumber,
  'traffic.sidecar.istio.io/includeOutboundIPRanges': orAll(cidrList),
  'traffic.sidecar.istio.io/excludeOutboundIPRanges': cidrList,
  'traffic.sidecar.istio.io/includeInboundPorts': orAll(portList),
  'traffic.sidecar.istio.io/excludeInboundPorts': portList,
  'traffic.sidecar.istio.io/excludeOutboundPorts': portList,
  'prometheus.istio.io/merge-metrics': oneOf([
    '1',
    't',
    'T',
    'true',
    'TRUE',
    'True',
    '0',
    'f',
    'F',
    'false',
    'FALSE',
    'False',
  ]),
}

/** Why a value can't be read, as a part of a sentence; undefined if it can. */
export function annotationProblem(name: string, value: string): string | undefined {
  return Object.hasOwn(CHECKS, name) ? CHECKS[name]?.(value) : undefined
}

function oneOf(words: readonly string[]): Check {
  return (value) => (words.includes(value) ? undefined : `"${value}" is none of ${words.join(', ')}`)
}

function orAll(check: Check): Check {
  return (value) => (value === '*' ? undefined : check(value))
}

function wholeNumber(value: string): string | undefined {
  return /^\d{1,10}$/.test(value) && Number(value) <= 0xffffffff ? undefined : `"${value}" is not a whole number`
}

function portList(value: string): string | undefined {
  if (value.trim() === '') return undefined
  return firstProblem(value.split(','), portProblem)
}

function portProblem(value: string): string | undefined {
  const port = value.trim()
  return /^\d{1,5}$/.test(port) && Number(port) <= 65_535 ? undefined : `"${value}" is not a port`
}

function cidrList(value: string): string | undefined {
  return value === '' ? undefined : firstProblem(value.split(','), cidrProblem)
}

function cidrProblem(value: string): string | undefined {
  const [address = '', bits = '', ...more] = value.split('/')
  const family = isIP(address)
  const good = family !== 0 && more.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)
  return good ? undefined : `"${value}" is not a CIDR range`
}

function firstProblem(values: readonly string[], check: Check): string | undefined {
  for (const value of values) {
    const problem = check(value)
    if (problem !== undefined) return problem
  }
  return undefined
}
