/** The bootstrap file of gRPC's xDS, with a node as Istio's agent writes it. */
export function grpcBootstrap(xdsPort: number): string {
  return JSON.stringify({
    xds_servers: [
      {
        server_uri: `127.0.0.1:${xdsPort}`,
        channel_creds: [{ type: 'insecure' }],
        server_features: ['xds_v3'],
      },
    ],
    node: {
      id: 'sidecar~127.0.0.9~caller.default~default.svc.cluster.local',
      metadata: { GENERATOR: 'grpc', NAMESPACE: 'default', LABELS: { app: 'caller' } },
      locality: {},
    },
  })
}
