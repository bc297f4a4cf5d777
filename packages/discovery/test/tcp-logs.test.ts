/** What is told of TCP connections, and when. */
import { fromBinary } from '@bufbuild/protobuf'
import { AccessLogType } from '@mizzen/xds/gen/envoy/data/accesslog/v3/accesslog_pb.js'
import { TcpProxySchema } from '@mizzen/xds/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js'
import { describe, expect, it } from 'vitest'
import { tcpFilters } from '../src/translate/tcp-proxy.ts'

const TARGET = {
  statPrefix: 'db',
  clusters: [{ name: 'outbound|9000|v1|db.default.svc.cluster.local', weight: 1 }],
  ...{ idleTimeout: undefined, maxDuration: undefined, from: undefined },
}
const FILE = { file: '/dev/stdout', encoding: 'TEXT', format: '' } as const

function logsOf(plan: { readonly ownFilters: boolean; readonly logCluster: string }) {
  const terminal = tcpFilters(TARGET, plan, FILE).at(-1)
  const proxy = fromBinary(TcpProxySchema, terminal?.configType.value?.value ?? new Uint8Array())
  const filters = proxy.accessLog.map(({ name, filter }) => [
    name.replace('envoy.access_loggers.', ''),
    filter?.filterSpecifier.case,
    filter?.filterSpecifier.case === 'logTypeFilter' ? filter.filterSpecifier.value.types : [],
  ])
  return { filters, whenThere: proxy.accessLogOptions?.flushAccessLogOnConnected ?? false }
}

describe('the logs of TCP connections', () => {
  it('of our own data plane: a sample is streamed, for it counts them itself', () => {
    expect(logsOf({ ownFilters: true, logCluster: 'xds-grpc' })).toEqual({
      filters: [
        ['file', undefined, []],
        ['tcp_grpc', 'extensionFilter', []],
      ],
      whenThere: false,
    })
  })

  it('of a stock Envoy: all are streamed, also when they are there; files have one line each', () => {
    expect(logsOf({ ownFilters: false, logCluster: 'xds-grpc' })).toEqual({
      filters: [
        ['file', 'logTypeFilter', [AccessLogType.TcpConnectionEnd]],
        ['tcp_grpc', undefined, []],
      ],
      whenThere: true,
    })
  })

  it('are files alone where nobody takes a stream', () => {
    const filters = [['file', undefined, []]]
    expect(logsOf({ ownFilters: false, logCluster: '' })).toEqual({ filters, whenThere: false })
  })
})
