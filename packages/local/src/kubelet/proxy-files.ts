import { mkdir, rm, writeFile } from 'node:fs/promises'
import type { Pod } from '@mizzen/api'
import { bootstrap, defaultMesh } from '@mizzen/injection'
import { DEFAULT_GATEWAY_ADDRESS, type LocalSettings } from '../settings.ts'
import { bootstrapPath, proxyDirectory } from './pod-files.ts'
import type { PodNetwork } from './pod-network.ts'

/** Writes what the proxy of a Pod starts from. */
export async function writeProxyFiles(pod: Pod, network: PodNetwork, settings: LocalSettings): Promise<void> {
  const content = bootstrap(pod, network.ip, {
    mesh: { ...(settings.mesh ?? defaultMesh), interceptionMode: 'NONE' },
    xds: settings.xds,
    privatePorts: network.privatePorts,
    gatewayBindAddress: settings.gatewayAddress ?? DEFAULT_GATEWAY_ADDRESS,
  })
  await mkdir(proxyDirectory(settings.stateDir, pod), { recursive: true })
  await writeFile(bootstrapPath(settings.stateDir, pod), `${JSON.stringify(content, undefined, 2)}\n`)
}

export async function removeProxyFiles(pod: Pod, settings: LocalSettings): Promise<void> {
  await rm(proxyDirectory(settings.stateDir, pod), { recursive: true, force: true })
}
