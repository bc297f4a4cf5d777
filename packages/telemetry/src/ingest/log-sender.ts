import { type Peer, peerOfNode } from './peer.ts'

/** Who sends a stream of an access log. */
export interface LogSender {
  /** The node id. */
  readonly id: string
  /** `pod.namespace`. */
  readonly proxy: string
  readonly peer: Peer
  /** It streams `istio_*` metrics itself; else they are made from its log. */
  readonly hasIstioMetrics: boolean
}

export interface NodeFacts {
  readonly id: string
  readonly metadata: Readonly<Record<string, unknown>>
  readonly userAgentName: string
}

/** Our own data plane has Istio's metrics; so has Istio's build of Envoy where discovery gave it the filters: to none yet. */
export function logSender({ id, metadata, userAgentName }: NodeFacts): LogSender {
  const [, , proxy = ''] = id.split('~')
  return { id, proxy: proxy || id, peer: peerOfNode(metadata), hasIstioMetrics: userAgentName === 'mizzen' }
}
