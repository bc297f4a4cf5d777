import { MizzenError } from '@mizzen/base'
import { type ProxySpec, proxySpecOf, specOf } from '@mizzen/discovery'
import type { ApiClient } from '../mesh/api-client.ts'
import { findProxy } from '../mesh/find-proxy.ts'

/** SPEC as JSON. */
interface WrittenSpec {
  readonly type?: unknown
  readonly namespace?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly ip?: string
  readonly metadata?: Readonly<Record<string, unknown>>
}

/**
 * What `--proxy` says: JSON `{type, namespace, labels, ip, metadata}`, or the name of a running proxy.
 * Throws MizzenError `usage`, `not-found`, `unreachable`.
 */
export async function readProxySpec(text: string, mesh: () => ApiClient): Promise<ProxySpec> {
  if (!text.trimStart().startsWith('{')) {
    const { id, metadata, user_agent } = findProxy(await mesh().syncStatuses(), text)
    return proxySpecOf({ id, metadata, userAgentName: user_agent })
  }
  const { type = 'sidecar', namespace, labels, ip, metadata } = parseSpec(text)
  if (type === 'sidecar' || type === 'router') return specOf({ type, namespace, labels, ip, metadata })
  throw new MizzenError('usage', `--proxy: type must be sidecar or router, and is ${JSON.stringify(type)}`)
}

function parseSpec(text: string): WrittenSpec {
  try {
    return JSON.parse(text) as WrittenSpec
  } catch (error) {
    throw new MizzenError('usage', `--proxy is not JSON: ${(error as Error).message}`, {
      hint: `write '{"type":"router","namespace":"istio-system","labels":{"istio":"ingressgateway"}}'`,
    })
  }
}
