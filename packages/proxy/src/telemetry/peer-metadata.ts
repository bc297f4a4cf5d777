import { decodeStruct, encodeStruct, type Json, type JsonObject } from '../config/protobuf/struct.ts'
import type { Peer } from '../http/exchange.ts'

/** Istio's metadata exchange over HTTP: a base64 google.protobuf.Struct of the caller's metadata, and its node id. */
export const PEER_METADATA_HEADER = 'x-envoy-peer-metadata'
export const PEER_METADATA_ID_HEADER = 'x-envoy-peer-metadata-id'

/** Keys of the node's metadata that a peer is told. */
const EXCHANGED = ['NAME', 'NAMESPACE', 'OWNER', 'WORKLOAD_NAME', 'CLUSTER_ID'] as const
/** Labels that metrics are made of; others stay private to the Pod. */
const EXCHANGED_LABELS = [
  'app',
  'version',
  'service.istio.io/canonical-name',
  'service.istio.io/canonical-revision',
  'app.kubernetes.io/name',
  'app.kubernetes.io/version',
] as const

/** Longest header value that is looked into. */
const MAX_HEADER_LENGTH = 16 * 1024
/** Callers remembered; the one seen first goes first. */
const MAX_CALLERS = 1000

export interface NodeIdentity {
  readonly id: string
  /** The node's metadata, in Istio's keys. */
  readonly metadata: Readonly<Record<string, unknown>>
}

export interface PeerMetadata {
  /** This proxy's workload. */
  readonly own: Peer
  /** What a client sends, encoded once. */
  readonly ownHeader: string
  readonly ownId: string
  /** The peer that a header's value describes; undefined if it is missing or describes none. */
  decode(headerValue: string | undefined): Peer | undefined
}

export function createPeerMetadata(node: NodeIdentity): PeerMetadata {
  const callers = new Map<string, Peer | undefined>()
  return {
    own: peerOf(node.metadata),
    ownHeader: encodeStruct(exchanged(node.metadata)).toString('base64'),
    ownId: node.id,
    decode(headerValue) {
      if (headerValue === undefined || headerValue.length > MAX_HEADER_LENGTH) return undefined
      if (callers.has(headerValue)) return callers.get(headerValue)
      const peer = decodePeer(headerValue)
      if (callers.size >= MAX_CALLERS) callers.delete(callers.keys().next().value as string)
      callers.set(headerValue, peer)
      return peer
    },
  }
}

function decodePeer(headerValue: string): Peer | undefined {
  try {
    const metadata = decodeStruct(Buffer.from(headerValue, 'base64'))
    return Object.keys(metadata).length === 0 ? undefined : peerOf(metadata)
  } catch {
    // Whatever the caller sent, it is not a description of a peer.
    return undefined
  }
}

/** Istio's rules: canonical name and revision come from their own labels, then from app and version labels. */
function peerOf(metadata: Readonly<Record<string, unknown>>): Peer {
  const labels = recordOf(metadata.LABELS)
  const workload = text(metadata.WORKLOAD_NAME)
  const app = text(labels.app)
  const version = text(labels.version)
  return {
    workload,
    namespace: text(metadata.NAMESPACE),
    app,
    version,
    cluster: text(metadata.CLUSTER_ID),
    canonicalService:
      text(labels['service.istio.io/canonical-name']) || text(labels['app.kubernetes.io/name']) || app || workload,
    canonicalRevision:
      text(labels['service.istio.io/canonical-revision']) ||
      text(labels['app.kubernetes.io/version']) ||
      version ||
      'latest',
    principal: '',
  }
}

function exchanged(metadata: Readonly<Record<string, unknown>>): JsonObject {
  const labels = recordOf(metadata.LABELS)
  return { ...pick(metadata, EXCHANGED), LABELS: pick(labels, EXCHANGED_LABELS) }
}

function pick(from: Readonly<Record<string, unknown>>, keys: readonly string[]): JsonObject {
  const result: Record<string, Json> = {}
  for (const key of keys) {
    const value = from[key]
    if (typeof value === 'string' && value !== '') result[key] = value
  }
  return result
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}
