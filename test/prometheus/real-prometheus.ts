import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../free-ports.ts'
import { ServerProcess } from '../server-process.ts'

export interface RealPrometheus {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  stop(): Promise<void>
}

/** Starts a Prometheus that takes samples by remote write, and scrapes each second the targets (`host:port`) given. */
export async function startPrometheus(binary: string, targets: readonly string[] = []): Promise<RealPrometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'))
  const configuration = {
    global: { scrape_interval: '1s' },
    scrape_configs: [{ job_name: 'mesh', static_configs: [{ targets }] }],
  }
  // JSON is YAML.
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(configuration))
  const [port] = await freePorts(1)
  const url = `http://127.0.0.1:${port}`
  const args = [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-remote-write-receiver',
  ]
  const server = await ServerProcess.start({ name: 'prometheus', command: binary, args }, () => isReady(url))
  return {
    url,
    async stop() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/-/ready`)).ok
  } catch {
    return false
  }
}
