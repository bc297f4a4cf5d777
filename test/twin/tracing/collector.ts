import { createServer, type IncomingHttpHeaders } from 'node:http'
import { createServer as createHttp2Server, type Http2Session } from 'node:http2'
import type { AddressInfo, Server } from 'node:net'
import { decodeExportRequest, decodeZipkinList } from './span-messages.ts'

/** One span as it was told, with what its message says of its sender. */
export interface CollectedSpan {
  readonly protocol: 'zipkin' | 'otlp' | 'otlp-grpc'
  readonly request: {
    readonly path: string
    readonly host: string
    readonly contentType: string
    readonly extra: string
  }
  readonly span: Readonly<Record<string, unknown>>
}

/** Takes spans in all protocols: Zipkin's API v2 (JSON, protobuf), OTLP over HTTP, and OTLP over gRPC. */
export class Collector {
  readonly #servers: Server[] = []
  readonly #sessions = new Set<Http2Session>()
  readonly #spans: CollectedSpan[] = []
  zipkinPort = 0
  otlpPort = 0
  otlpGrpcPort = 0

  static async start(): Promise<Collector> {
    const collector = new Collector()
    collector.zipkinPort = await collector.#serveHttp('zipkin', 202)
    collector.otlpPort = await collector.#serveHttp('otlp', 200)
    collector.otlpGrpcPort = await collector.#serveGrpc()
    return collector
  }

  /** Spans since the last call, once there are so many (or five seconds have passed). */
  async take(count: number): Promise<readonly CollectedSpan[]> {
    const deadline = performance.now() + 5_000
    while (this.#spans.length < count && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    return this.#spans.splice(0)
  }

  async stop(): Promise<void> {
    for (const session of this.#sessions) session.destroy()
    await Promise.all(
      this.#servers.map((server) => {
        if ('closeAllConnections' in server)
          (server as unknown as { closeAllConnections(): void }).closeAllConnections()
        return new Promise((resolve) => server.close(resolve))
      }),
    )
  }

  #serveHttp(protocol: 'zipkin' | 'otlp', status: number): Promise<number> {
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      this.#note(protocol, request.url ?? '', request.headers, Buffer.concat(chunks))
      response.writeHead(status, { 'content-length': 0 }).end()
    })
    return this.#listen(server)
  }

  #serveGrpc(): Promise<number> {
    const server = createHttp2Server()
    server.on('session', (session) => {
      this.#sessions.add(session)
      session.on('close', () => this.#sessions.delete(session))
    })
    server.on('stream', (stream, headers) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const host = headers[':authority'] ?? ''
        this.#note('otlp-grpc', headers[':path'] ?? '', { ...headers, host }, Buffer.concat(chunks).subarray(5))
        stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
        // An empty ExportTraceServiceResponse.
        stream.end(Buffer.alloc(5))
      })
    })
    return this.#listen(server as unknown as Server)
  }

  #note(protocol: CollectedSpan['protocol'], path: string, headers: IncomingHttpHeaders, body: Buffer): void {
    const contentType = headers['content-type'] ?? ''
    const request = { path, host: headers.host ?? '', contentType, extra: String(headers['x-collector-key'] ?? '') }
    for (const span of decode(protocol, contentType, body)) this.#spans.push({ protocol, request, span })
  }

  async #listen(server: Server): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(0, '127.0.0.1', resolve)
    })
    this.#servers.push(server)
    return (server.address() as AddressInfo).port
  }
}

function decode(
  protocol: CollectedSpan['protocol'],
  contentType: string,
  body: Buffer,
): readonly CollectedSpan['span'][] {
  if (protocol !== 'zipkin') return decodeExportRequest(body)
  return contentType.includes('json') ? JSON.parse(body.toString('utf8')) : decodeZipkinList(body)
}
