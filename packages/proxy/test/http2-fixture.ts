import { createServer, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import type { ClusterConfig } from '../src/config/model.ts'
import { DEFAULT_HTTP2_OPTIONS } from '../src/config/read-http2-options.ts'
import { type Cleanup, cluster } from './worker-fixture.ts'

/** An HTTP/2 server without TLS; what the tests need of its sessions is in `sessions`. */
export interface TestHttp2Server {
  readonly port: number
  readonly sessions: ServerHttp2Session[]
}

export async function startHttp2(
  cleanup: Cleanup,
  onStream: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, session: ServerHttp2Session) => void,
  settings = {},
): Promise<TestHttp2Server> {
  const server = createServer({ settings })
  const sessions: ServerHttp2Session[] = []
  server.on('session', (session) => {
    sessions.push(session)
    session.on('error', () => {})
  })
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {})
    onStream(stream, headers, stream.session as ServerHttp2Session)
  })
  cleanup.add(() => {
    for (const session of sessions) session.destroy()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, sessions }
}

/** As `cluster`, with HTTP/2 to its endpoints. */
export function http2Cluster(
  name: string,
  ports: readonly number[],
  over: Partial<ClusterConfig> = {},
  options: Partial<typeof DEFAULT_HTTP2_OPTIONS> = {},
): ClusterConfig {
  return cluster(name, ports, { protocol: 'http2', http2: { ...DEFAULT_HTTP2_OPTIONS, ...options }, ...over })
}
