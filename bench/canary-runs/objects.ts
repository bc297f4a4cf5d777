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
    metadata: {labels: {app: myapp, version: ${version}}${protocol === 'tcp' ? WITHOUT_SIDECAR : ''}}
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

/** It is the gateway whose connections are judged. */
const WITHOUT_SIDECAR = ", annotations: {sidecar.istio.io/inject: 'false'}"

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

/** @param tcpPort undefined: HTTP alone, on the port that the mesh gives it */
export function gateway(tcpPort: number | undefined): string {
  const tcp = `
  - {port: {number: ${tcpPort}, name: tcp, protocol: TCP}, hosts: ["*"]}`
  return `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: myapp-gateway}
spec:
  selector: {istio: ingressgateway}
  servers:
  - {port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}${tcpPort === undefined ? '' : tcp}
`
}

/** Of HTTP two routes, so that one of them can fail alone. */
export function virtualService(protocol: Protocol): string {
  const route = `route:
    - {destination: {host: myapp, subset: v1}, weight: 100}
    - {destination: {host: myapp, subset: v2}, weight: 0}`
  const http = `http:
  - name: cart
    match: [{uri: {exact: /cart}}]
    ${route}
  - name: rest
    ${route}`
  const tcp = `tcp:
  - ${route}`
  return `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: myapp-virtualservice}
spec:
  hosts: ["*"]
  gateways: [myapp-gateway]
  ${protocol === 'tcp' ? tcp : http}
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
