import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Contender } from './contender.ts'

/** HAProxy with one thread. */
export function haproxy(path: string): Contender {
  return {
    name: 'haproxy',
    istioFilters: false,
    command(job) {
      const config = `
global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  option http-keep-alive
  http-reuse always
frontend in
  bind 127.0.0.1:${job.port}
  default_backend up
backend up
  server one 127.0.0.1:${job.upstreamPort} pool-max-conn 256
`
      const file = join(job.folder, 'haproxy.cfg')
      writeFileSync(file, config)
      return [path, '-f', file, '-db']
    },
  }
}
