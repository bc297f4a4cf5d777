import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { grpcMessage } from '../../http2/grpc-messages.ts'
import { runH2load } from '../../load/h2load.ts'
import type { LoadResult } from '../../load/load-result.ts'
import { runClient } from '../../load/run-client.ts'
import { http2Hop } from '../hops.ts'
import { loadScenario } from '../load-scenario.ts'
import { atMost, type Scenario } from '../scenario.ts'
import type { Setting } from '../setting.ts'

const CONNECTIONS = 8
const STREAMS = 16
const MESSAGE_BYTES = 128
const STREAM_CLIENT = resolve(import.meta.dirname, '../../load/grpc-stream-client.ts')

/** Messages of 128 bytes both ways, 16 streams a connection. */
export const grpcRows: readonly Scenario[] = [
  loadScenario({
    name: 'grpc-unary',
    lines: [{ title: 'gRPC, unary', figure: 'cpu', unit: 'CPU µs/call', base: 'envoy', target: atMost(0.4) }],
    hops: () => [http2Hop],
    upstream: 'grpc',
    load: unaryCalls,
  }),
  loadScenario({
    name: 'grpc-stream',
    lines: [
      { title: 'gRPC, a message each way', figure: 'cpu', unit: 'CPU µs/message', base: 'envoy', target: atMost(0.4) },
    ],
    hops: () => [http2Hop],
    upstream: 'grpc',
    load: streamedMessages,
  }),
]

function unaryCalls(port: number, seconds: number, { h2load, signal, folder }: Setting): Promise<LoadResult> {
  const data = join(folder, 'message')
  writeFileSync(data, grpcMessage(MESSAGE_BYTES))
  return runH2load(`http://127.0.0.1:${port}/bench.Echo/Unary`, {
    ...{ h2load, signal, data },
    protocol: 'h2c',
    connections: CONNECTIONS,
    streams: STREAMS,
    amount: { seconds },
    headers: ['content-type: application/grpc', 'te: trailers'],
  })
}

async function streamedMessages(port: number, seconds: number, { signal }: Setting): Promise<LoadResult> {
  const args = [port, CONNECTIONS, STREAMS, seconds].map(String)
  return JSON.parse(await runClient(process.execPath, [STREAM_CLIENT, ...args], signal))
}
