import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Contender } from './contender.ts'

/** nginx as a reverse proxy with one worker and kept-alive upstream connections. */
export function nginx(path: string): Contender {
  return {
    name: 'nginx',
    istioFilters: false,
    command(job) {
      const server = `
  upstream up { server 127.0.0.1:${job.upstreamPort}; keepalive 256; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${job.port};
    location / { proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; }
  }`
      return nginxCommand(path, job.folder, server)
    },
  }
}

/** The command of an nginx with one worker that keeps connections and writes nothing outside `folder`. */
export function nginxCommand(path: string, folder: string, http: string): readonly [string, ...string[]] {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const config = `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr warn;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_timeout 3600s;
  keepalive_requests 1000000000;
  ${kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join('\n  ')}${http}
}
`
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, config)
  return [path, '-p', folder, '-e', 'stderr', '-c', file]
}
