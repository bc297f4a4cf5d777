import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../free-ports.ts'
import { accepts } from '../readiness.ts'
import { ServerProcess } from '../server-process.ts'
import type { Program } from '../twin/data-plane.ts'

export interface ProxyPlace {
  readonly port: number
  readonly adminPort: number
  /** For files that the configuration names; removed with the proxy. */
  readonly folder: string
}

/** Runs a data plane with one listener for as long as `work` takes. */
export async function withProxy<T>(
  program: Program,
  configure: (place: ProxyPlace) => unknown | Promise<unknown>,
  work: (port: number, folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'mizzen-conformance-'))
  const [port, adminPort] = (await freePorts(2)) as [number, number]
  try {
    const file = join(folder, 'bootstrap.json')
    writeFileSync(file, JSON.stringify(await configure({ port, adminPort, folder })))
    const command = { name: program.name, command: program.command, args: program.args(file) }
    const server = await ServerProcess.start(command, () => accepts(port))
    try {
      return await work(port, folder)
    } finally {
      await server.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
