import { runH2load } from '../../load/h2load.ts'
import { http2Hop, plainHop } from '../hops.ts'
import { loadScenario } from '../load-scenario.ts'
import { atMost, type Scenario } from '../scenario.ts'

/** HTTP/2 by prior knowledge, 128 bytes. */
export const http2Rows: readonly Scenario[] = [
  row('h2-h1', 'HTTP/2 to HTTP/1.1, 16 streams a connection', 'http1', 8, 16, 0.45),
  row('h2-h1-1', 'HTTP/2 to HTTP/1.1, 1 stream a connection', 'http1', 64, 1, 0.45),
  row('h2-h2', 'HTTP/2 to HTTP/2, 16 streams a connection', 'http2', 8, 16, 0.4),
  row('h2-h2-1', 'HTTP/2 to HTTP/2, 1 stream a connection', 'http2', 64, 1, 0.4),
]

function row(
  name: string,
  title: string,
  upstream: 'http1' | 'http2',
  connections: number,
  streams: number,
  ratio: number,
): Scenario {
  return loadScenario({
    name,
    lines: [{ title, figure: 'cpu', unit: 'CPU µs/request', base: 'envoy', target: atMost(ratio) }],
    hops: () => [upstream === 'http2' ? http2Hop : plainHop],
    upstream,
    load: (port, seconds, { h2load, signal }) =>
      runH2load(`http://127.0.0.1:${port}/`, {
        ...{ h2load, signal, connections, streams },
        protocol: 'h2c',
        amount: { seconds },
      }),
  })
}
