import type { ContainerPort, Pod } from '@mizzen/api'
import { PROXY_CONTAINER } from './settings.ts'

/** Ports that the application's containers declare, in the order written. */
export function appPorts(spec: Pod['spec']): readonly ContainerPort[] {
  return spec.containers
    .filter((container) => container.name !== PROXY_CONTAINER)
    .flatMap((container) => container.ports ?? [])
}

/** The form of the node metadata `POD_PORTS`: JSON of the ports, in Istio's order of fields. */
export function podPortsJson(spec: Pod['spec']): string {
  const ports = appPorts(spec).map(({ name, containerPort, protocol }) => ({ name, containerPort, protocol }))
  return JSON.stringify(ports)
}
