import { describe, expect, it } from 'vitest'
import { clusterTable, parseClusterName, selectsCluster } from '../src/proxy-config/cluster-table.ts'
import { CLUSTERS, LISTENERS, ROUTES, resourcesIn } from '../src/proxy-config/config-dump.ts'
import { endpointTable } from '../src/proxy-config/endpoint-table.ts'
import { listenerTable } from '../src/proxy-config/listener-table.ts'
import { routeTable } from '../src/proxy-config/route-table.ts'

const CONFIG = '/apis/networking.istio.io/v1/namespaces/default'
const dump = {
  configs: [
    {
      '@type': 'type.googleapis.com/envoy.admin.v3.ClustersConfigDump',
      static_clusters: [{ cluster: { name: 'agent', type: 'STATIC' } }],
      dynamicActiveClusters: [
        {
          versionInfo: '1',
          cluster: {
            name: 'outbound|80|v1|myapp.default.svc.cluster.local',
            type: 'EDS',
            metadata: { filterMetadata: { istio: { config: `${CONFIG}/destination-rule/myapp` } } },
          },
        },
      ],
    },
    {
      '@type': 'type.googleapis.com/envoy.admin.v3.ListenersConfigDump',
      dynamic_listeners: [
        {
          name: '0.0.0.0_8080',
          active_state: {
            listener: {
              address: { socket_address: { address: '0.0.0.0', port_value: 8080 } },
              filter_chains: [
                {
                  filter_chain_match: { server_names: ['a.example.com'] },
                  filters: [{ typed_config: { rds: { route_config_name: 'http.8080' } } }],
                },
                { filters: [{ typed_config: { cluster: 'PassthroughCluster' } }] },
              ],
            },
          },
        },
        { name: 'warming', warming_state: { listener: {} } },
      ],
    },
    {
      '@type': 'type.googleapis.com/envoy.admin.v3.RoutesConfigDump',
      dynamic_route_configs: [
        {
          route_config: {
            name: 'http.8080',
            virtual_hosts: [
              {
                name: '*:80',
                domains: ['a', 'b', 'c'],
                routes: [
                  {
                    match: { prefix: '/', headers: [{ name: 'x-user' }] },
                    route: {
                      weighted_clusters: {
                        clusters: [
                          { name: 'v1', weight: 70 },
                          { name: 'v2', weight: 30 },
                        ],
                      },
                    },
                    metadata: { filter_metadata: { istio: { config: `${CONFIG}/virtual-service/vs` } } },
                  },
                  { match: { path: '/x' }, redirect: {} },
                ],
              },
            ],
          },
        },
      ],
    },
  ],
}

const cells = (table: string) =>
  table
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {3,}/))

describe('proxy-config tables', () => {
  it('shows clusters by what their names say', () => {
    expect(cells(clusterTable(resourcesIn(dump, CLUSTERS)))).toEqual([
      ['SERVICE FQDN', 'PORT', 'SUBSET', 'DIRECTION', 'TYPE', 'DESTINATION RULE'],
      ['agent', '-', '-', '-', 'STATIC'],
      ['myapp.default.svc.cluster.local', '80', 'v1', 'outbound', 'EDS', 'myapp.default'],
    ])
  })

  it('shows a line per filter chain of the listeners that are active', () => {
    expect(cells(listenerTable(resourcesIn(dump, LISTENERS)))).toEqual([
      ['ADDRESSES', 'PORT', 'MATCH', 'DESTINATION'],
      ['0.0.0.0', '8080', 'SNI: a.example.com', 'Route: http.8080'],
      ['0.0.0.0', '8080', 'ALL', 'Cluster: PassthroughCluster'],
    ])
  })

  it('shows routes with their targets and origin', () => {
    expect(cells(routeTable(resourcesIn(dump, ROUTES)))).toEqual([
      ['NAME', 'VHOST NAME', 'DOMAINS', 'MATCH', 'TARGET', 'VIRTUAL SERVICE'],
      ['http.8080', '*:80', 'a, b + 1 more...', '/* [x-user]', 'v1: 70, v2: 30', 'vs.default'],
      ['http.8080', '*:80', 'a, b + 1 more...', '/x', 'redirect'],
    ])
  })

  it('shows endpoints with their health', () => {
    const address = { socket_address: { address: '127.0.0.9', port_value: 8080 } }
    const host_statuses = [
      { address, health_status: { eds_health_status: 'HEALTHY' } },
      { address, health_status: { eds_health_status: 'DRAINING', failed_outlier_check: true } },
    ]
    expect(cells(endpointTable([{ name: 'c', host_statuses }, { name: 'none' }])).slice(1)).toEqual([
      ['127.0.0.9:8080', 'HEALTHY', 'OK', 'c'],
      ['127.0.0.9:8080', 'DRAINING', 'FAILED', 'c'],
    ])
  })

  it('filters clusters by each part of their names', () => {
    const name = parseClusterName('outbound|80|v1|a.b')
    expect(selectsCluster({}, name)).toBe(true)
    expect(selectsCluster({ fqdn: 'a.b', subset: 'v1', direction: 'outbound' }, name)).toBe(true)
    expect(selectsCluster({ port: '81' }, name)).toBe(false)
  })
})
