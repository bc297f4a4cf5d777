import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { freePorts } from '../../test/free-ports.ts'
import { accepts } from '../../test/readiness.ts'
import { ServerProcess } from '../../test/server-process.ts'
import { nginxCommand } from '../contenders/nginx.ts'

/** What the proxies pass to. All answer faster than any proxy passes on. */
export interface Upstreams {
  /** A static nginx: `/` 128 bytes, `/64k` and `/1m` files, `/upload` takes a body and answers nothing. */
  readonly http1: number
  /** The same by HTTP/2 with prior knowledge. */
  readonly http2: number
  /** The gRPC echo. */
  readonly grpc: number
  stop(): Promise<void>
}

/** Body of the small answer: as the API traffic of a mesh is. */
const SMALL = 'x'.repeat(128)

export async function startUpstreams(nginx: string, folder: string): Promise<Upstreams> {
  const [http1, http2, grpc] = (await freePorts(3)) as [number, number, number]
  const started: ServerProcess[] = []
  const stop = async () => {
    await Promise.all(started.map((server) => server.stop()))
  }
  try {
    started.push(await startNginx(nginx, folder, http1, http2))
    started.push(await startEcho(grpc))
  } catch (error) {
    await stop()
    throw error
  }
  return { http1, http2, grpc, stop }
}

function startNginx(nginx: string, folder: string, http1: number, http2: number): Promise<ServerProcess> {
  const files = join(folder, 'files')
  mkdirSync(files, { recursive: true })
  writeFileSync(join(files, '64k'), Buffer.alloc(64 << 10, 'x'))
  writeFileSync(join(files, '1m'), Buffer.alloc(1 << 20, 'x'))
  const server = `
  server {
    listen 127.0.0.1:${http1};
    listen 127.0.0.1:${http2} http2;
    client_max_body_size 0;
    root ${files};
    location = / { return 200 "${SMALL}"; }
    location = /upload { return 200; }
  }`
  const [command, ...args] = nginxCommand(nginx, folder, server)
  return ServerProcess.start({ name: 'upstream nginx', command, args }, () => accepts(http1))
}

function startEcho(port: number): Promise<ServerProcess> {
  const args = [resolve(import.meta.dirname, 'grpc-echo.ts'), String(port)]
  return ServerProcess.start({ name: 'gRPC echo', command: process.execPath, args }, () => accepts(port))
}
