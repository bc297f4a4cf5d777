import { Server, ServerCredentials } from '@grpc/grpc-js'

const METHOD = '/grpc.testing.TestService/UnaryCall'

/** `SimpleResponse.hostname`, which is field 6. */
const HOSTNAME = 6

/** The call of gRPC's interoperability service, without generated code: requests are not read. */
export const UNARY_CALL = {
  path: METHOD,
  requestStream: false,
  responseStream: false,
  requestSerialize: (bytes: Buffer) => bytes,
  requestDeserialize: (bytes: Buffer) => bytes,
  responseSerialize: (name: string) => Buffer.from([(HOSTNAME << 3) | 2, name.length, ...Buffer.from(name)]),
  responseDeserialize: (bytes: Buffer) => bytes.subarray(2).toString(),
} as const

/** Servers that answer with their names, on one port of different loopback addresses. */
export class EchoBackends {
  readonly port: number
  readonly #servers: readonly Server[]

  private constructor(port: number, servers: readonly Server[]) {
    this.port = port
    this.#servers = servers
  }

  /** @param names by address */
  static async start(names: Readonly<Record<string, string>>): Promise<EchoBackends> {
    let port = 0
    const servers: Server[] = []
    for (const [address, name] of Object.entries(names)) {
      const server = new Server()
      server.addService({ unaryCall: UNARY_CALL }, { unaryCall: (_: unknown, done: Answer) => done(null, name) })
      servers.push(server)
      port = await bind(server, `${address}:${port}`)
    }
    return new EchoBackends(port, servers)
  }

  stop(): void {
    for (const server of this.#servers) server.forceShutdown()
  }
}

type Answer = (error: null, name: string) => void

function bind(server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, port: number) => (error === null ? resolve(port) : reject(error))
    server.bindAsync(address, ServerCredentials.createInsecure(), done)
  })
}
