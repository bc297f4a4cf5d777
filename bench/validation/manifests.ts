/** Documents of the kinds that a mesh is made of, as people write them; every tenth is of each kind. */
export function manifests(count: number): string {
  return Array.from({ length: count }, (_, index) => TEMPLATES[index % TEMPLATES.length]!(index)).join('---\n')
}

const head = (apiVersion: string, kind: string, index: number) =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: object-${index}\n  namespace: team-${index % 50}\n  labels:\n    app: app-${index}\n    version: v1\n`

const NETWORKING = 'networking.istio.io/v1'
const SECURITY = 'security.istio.io/v1'

const TEMPLATES: readonly ((index: number) => string)[] = [
  (index) => `${head(NETWORKING, 'VirtualService', index)}spec:
  hosts:
  - app-${index}.example.com
  http:
  - name: beta
    match:
    - uri:
        prefix: /beta
      headers:
        x-user:
          regex: ^(alice|bob-${index})$
    route:
    - destination: {host: app-${index}, subset: v2}
    timeout: 5s
    retries: {attempts: 3, perTryTimeout: 1s, retryOn: "5xx,reset"}
  - route:
    - destination: {host: app-${index}, subset: v1}
      weight: 90
    - destination: {host: app-${index}, subset: v2}
      weight: 10
`,
  (index) => `${head(NETWORKING, 'DestinationRule', index)}spec:
  host: app-${index}
  trafficPolicy:
    loadBalancer: {simple: LEAST_REQUEST}
    connectionPool: {tcp: {maxConnections: 100}, http: {http1MaxPendingRequests: 10}}
    outlierDetection: {consecutive5xxErrors: 5, interval: 10s, baseEjectionTime: 30s}
  subsets:
  - name: v1
    labels: {version: v1}
  - name: v2
    labels: {version: v2}
`,
  (index) => `${head('v1', 'Service', index)}spec:
  selector: {app: app-${index}}
  ports:
  - name: http
    port: 80
    targetPort: 8080
`,
  (index) => `${head('apps/v1', 'Deployment', index)}spec:
  replicas: 3
  selector:
    matchLabels: {app: app-${index}}
  template:
    metadata:
      labels: {app: app-${index}, version: v1}
    spec:
      containers:
      - name: app
        image: registry.example/app:${index}
        ports:
        - containerPort: 8080
        readinessProbe:
          httpGet: {path: /ready, port: 8080}
`,
  (index) => `${head(SECURITY, 'AuthorizationPolicy', index)}spec:
  selector:
    matchLabels: {app: app-${index}}
  rules:
  - from:
    - source: {principals: ["cluster.local/ns/team-1/sa/app-${index}"]}
    to:
    - operation: {methods: [GET, POST], paths: ["/api/*"]}
    when:
    - key: request.headers[x-team]
      values: [a, b]
`,
  (index) => `${head(SECURITY, 'PeerAuthentication', index)}spec:
  selector:
    matchLabels: {app: app-${index}}
  mtls: {mode: STRICT}
  portLevelMtls:
    "8080": {mode: PERMISSIVE}
`,
  (index) => `${head(NETWORKING, 'ServiceEntry', index)}spec:
  hosts: [external-${index}.example.com]
  location: MESH_EXTERNAL
  resolution: DNS
  ports:
  - {number: 443, name: tls, protocol: TLS}
`,
  (index) => `${head('gateway.networking.k8s.io/v1', 'HTTPRoute', index)}spec:
  parentRefs:
  - name: gateway
  hostnames: [app-${index}.example.com]
  rules:
  - matches:
    - path: {type: PathPrefix, value: /api}
    backendRefs:
    - {name: app-${index}, port: 80}
`,
  (index) => `${head('telemetry.istio.io/v1', 'Telemetry', index)}spec:
  tracing:
  - randomSamplingPercentage: 1.5
    providers: [{name: zipkin}]
  accessLogging:
  - filter: {expression: "response.code >= 400"}
`,
  (index) => `${head(NETWORKING, 'Sidecar', index)}spec:
  egress:
  - hosts: ["./*", "istio-system/*"]
`,
]
