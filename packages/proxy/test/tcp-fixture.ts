import { type Clock, silentLogger, systemClock } from '@mizzen/base'
import type { ClusterConfig, ListenerConfig, TcpProxyConfig } from '../src/config/model.ts'
import { IstioTcpStats } from '../src/telemetry/istio-tcp-stats.ts'
import { createPeerMetadata } from '../src/telemetry/peer-metadata.ts'
import { createRuntime, type Runtime } from '../src/worker/runtime.ts'
import { type Cleanup, MATCHES_ALL } from './worker-fixture.ts'

/** A TCP proxy to one cluster, with Envoy's defaults; its log lines: flags, bytes received, bytes sent. */
export function tcpProxy(cluster: string, over: Partial<TcpProxyConfig> = {}): TcpProxyConfig {
  return {
    statPrefix: 'tcp',
    clusters: [{ name: cluster, weight: 1 }],
    clusterFromServerName: false,
    idleTimeoutMs: 3_600_000,
    maxDurationMs: 0,
    maxConnectAttempts: 1,
    accessLogs: [
      { path: 'memory', format: { kind: 'text', template: '%RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT%' } },
    ],
    reporters: [],
    ...over,
  }
}

export function tcpListener(name: string, tcp: TcpProxyConfig, over: Partial<ListenerConfig> = {}): ListenerConfig {
  return {
    name,
    address: { host: '127.0.0.1', port: 0 },
    trafficDirection: 'outbound',
    reusePort: true,
    listenerFilters: [],
    listenerFiltersTimeoutMs: 15_000,
    continueOnListenerFiltersTimeout: false,
    filterChains: [{ name: '', match: MATCHES_ALL, transportSocketConnectTimeoutMs: 0, network: { kind: 'tcp', tcp } }],
    ...over,
  }
}

export interface TcpTestProxy {
  readonly runtime: Runtime
  /** Of the first listener. */
  readonly port: number
  readonly log: readonly string[]
  readonly istio: IstioTcpStats
}

export async function startTcpProxy(
  cleanup: Cleanup,
  listeners: readonly ListenerConfig[],
  clusters: readonly ClusterConfig[],
  clock: Clock = systemClock,
): Promise<TcpTestProxy> {
  const log: string[] = []
  const sink = { write: (line: string) => void log.push(line), dropped: 0, reopen() {}, close: () => Promise.resolve() }
  const peerMetadata = createPeerMetadata({
    id: 'node',
    metadata: { WORKLOAD_NAME: 'shop-v1', NAMESPACE: 'default', LABELS: { app: 'shop' } },
  })
  const istio = new IstioTcpStats(peerMetadata.own)
  const runtime = createRuntime({
    clock,
    random: Math.random,
    logger: silentLogger,
    sinks: () => sink,
    stats: { recorder: () => ({ record() {} }) },
    tcpStats: istio,
    peerMetadata,
  })
  cleanup.add(() => runtime.close())
  for (const config of clusters) runtime.putCluster(config)
  for (const config of listeners) await runtime.putListener(config)
  return { runtime, port: runtime.listeners[0]?.address.port as number, log, istio }
}
