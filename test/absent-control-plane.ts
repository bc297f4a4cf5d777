/** What ADS would be, for configuration that names it: Envoy looks no further than the cluster while it only validates. */
export const XDS_CLUSTER = {
  name: 'xds-grpc',
  type: 'STATIC',
  typedExtensionProtocolOptions: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
      explicitHttpConfig: { http2ProtocolOptions: {} },
    },
  },
}

export const ADS = {
  apiType: 'GRPC',
  transportApiVersion: 'V3',
  grpcServices: [{ envoyGrpc: { clusterName: 'xds-grpc' } }],
}
