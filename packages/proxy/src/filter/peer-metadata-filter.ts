import { PEER_METADATA_HEADER, PEER_METADATA_ID_HEADER, type PeerMetadata } from '../telemetry/peer-metadata.ts'
import type { Filter } from './filter.ts'

/** Istio's metadata exchange: servers learn who calls from two headers that go no further; clients send them. */
export function createPeerMetadataFilter(direction: 'inbound' | 'outbound', metadata: PeerMetadata): Filter {
  return direction === 'inbound' ? inbound(metadata) : outbound(metadata)
}

function inbound(metadata: PeerMetadata): Filter {
  return {
    name: 'peer-metadata',
    onRequest({ exchange }) {
      const headers = exchange.requestHeaders
      exchange.downstreamPeer = metadata.decode(headers.get(PEER_METADATA_HEADER))
      headers.remove(PEER_METADATA_HEADER)
      headers.remove(PEER_METADATA_ID_HEADER)
      return 'continue'
    },
  }
}

function outbound(metadata: PeerMetadata): Filter {
  return {
    name: 'peer-metadata',
    onRequest({ exchange }) {
      exchange.requestHeaders.set(PEER_METADATA_HEADER, metadata.ownHeader)
      exchange.requestHeaders.set(PEER_METADATA_ID_HEADER, metadata.ownId)
      return 'continue'
    },
  }
}
