import { bootstrap, cluster, listener } from '../bootstrap/bootstrap.ts'
import { httpManager } from '../bootstrap/network-filter.ts'
import { freePorts } from '../free-ports.ts'
import { accepts } from '../readiness.ts'
import { ServerProcess } from '../server-process.ts'
import { withProxy } from './proxy-under-test.ts'
import { runTool } from './run-tool.ts'
import type { Failure, Suite, SuiteResult } from './suite.ts'

/** gRPC's interop-test-descriptions.md says what each does. */
const CASES = [
  'empty_unary',
  'large_unary',
  'client_streaming',
  'server_streaming',
  'ping_pong',
  'empty_stream',
  'cancel_after_begin',
  'cancel_after_first_response',
  'timeout_on_sleeping_server',
  'status_code_and_message',
  'special_status_message',
  'unimplemented_method',
  'unimplemented_service',
  'custom_metadata',
] as const

const CASE_LIMIT_MS = 60_000

/** The Go client of gRPC's interoperability tests through the proxy to the Go server; HTTP/2 by prior knowledge on both sides. */
export const grpcInterop: Suite = {
  name: 'grpc-interop',
  title: 'gRPC interoperability',
  tools: ['grpc-interop-client', 'grpc-interop-server'],
  cases: CASES.length,
  async run(program, tool) {
    const [service] = (await freePorts(1)) as [number]
    const command = { name: 'interop server', command: tool('grpc-interop-server'), args: ['-port', String(service)] }
    const server = await ServerProcess.start(command, () => accepts(service))
    try {
      return await withProxy(
        program,
        ({ port, adminPort }) =>
          bootstrap({
            adminPort,
            listeners: [listener(port, httpManager())],
            clusters: [cluster(service, { http2: true })],
          }),
        (port) => runCases(tool('grpc-interop-client'), port),
      )
    } finally {
      await server.stop()
    }
  },
}

async function runCases(client: string, port: number): Promise<SuiteResult> {
  const failures: Failure[] = []
  for (const name of CASES) {
    const args = ['-server_host', '127.0.0.1', '-server_port', String(port), '-test_case', name]
    const { status, output } = await runTool(client, args, CASE_LIMIT_MS)
    if (status !== 0) failures.push({ name, reason: output.trim().split('\n').at(-1) ?? `ended with ${status}` })
  }
  return { passed: CASES.length - failures.length, failures }
}
