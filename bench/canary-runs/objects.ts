import type { Protocol } from './fault.ts'

/** Replaces the Deployments of `examples/canary`; each misbehaves as its file says. */
export function deployment(version: string, protocol: Protocol, faultFile: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: myapp-${version}, labels: {app: myapp, version: ${version}}}
spec:
  replicas: 1
  selector: {matchLabels: {app: myapp, version: ${version}}}
  template:
    metadata: {labels: {app: myapp, version: ${version}}}
    spec:
      containers:
      - name: myapp
        image: mizzen/canary-runs
        command: [node, app/server.js]
        env:
        - {name: VERSION, value: ${version}}
        - {name: PROTOCOL, value: ${protocol}}
        - {name: FAULT_FILE, value: ${JSON.stringify(faultFile)}}
        ports:
        - {name: app, containerPort: 8080}
        readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
`
}

export function service(protocol: Protocol): string {
  return `apiVersion: v1
kind: Service
metadata: {name: myapp}
spec:
  selector: {app: myapp}
  ports:
  - {name: ${protocol}, port: 80, targetPort: 8080}
`
}

/** Two routes, so that one of them can fail alone. */
export function virtualService(): string {
  const route = `route:
    - {destination: {host: myapp, subset: v1}, weight: 100}
    - {destination: {host: myapp, subset: v2}, weight: 0}`
  return `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: myapp-virtualservice}
spec:
  hosts: ["*"]
  gateways: [myapp-gateway]
  http:
  - name: cart
    match: [{uri: {exact: /cart}}]
    ${route}
  - name: rest
    ${route}
`
}

/** Both as YAML in one line. */
export function canary(steps: string, analysis: string): string {
  return `apiVersion: mizzen.io/v1alpha1
kind: Canary
metadata: {name: myapp}
spec:
  trigger: manual
  traffic: {virtualService: myapp-virtualservice}
  stable: {subset: v1}
  canary: {subset: v2}
  steps: ${steps}
  analysis: ${analysis}
  cleanUp: {scaleDown: false, scaleDownDelay: 1s}
`
}
