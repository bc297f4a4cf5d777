import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * One file for each port that a process here has been given, named after it; in it the process id. Left behind: it counts
 * while the process lives. Each user has a directory: ports are never shared between users (socket(7), SO_REUSEPORT).
 */
const CLAIMS = join(tmpdir(), `mizzen-test-ports-${process.getuid?.() ?? 'all'}`)

/**
 * Ports on 127.0.0.1 that were free a moment ago, for servers of other programs. No other process that asks here gets one of
 * them until this one has ended: two data planes that share a port (SO_REUSEPORT) would not fail, but share connections.
 */
export async function freePorts(count: number): Promise<number[]> {
  const held: Server[] = []
  const ports: number[] = []
  // What is held is not given again, so that each round finds others.
  while (ports.length < count) {
    const servers = await Promise.all(Array.from({ length: count - ports.length }, holdPort))
    held.push(...servers)
    ports.push(...servers.map((server) => (server.address() as { port: number }).port).filter(claim))
  }
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

/** One of them. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1)
  return port as number
}

async function holdPort(): Promise<Server> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return server
}

/** @returns false if the port is another's, or has been given to this process before */
function claim(port: number): boolean {
  mkdirSync(CLAIMS, { recursive: true })
  const file = join(CLAIMS, String(port))
  if (ownerOf(file) === 'gone') rmSync(file, { force: true })
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
  return true
}

function ownerOf(file: string): 'alive' | 'gone' | 'nobody' {
  let pid: number
  try {
    pid = Number(readFileSync(file, 'utf8'))
  } catch {
    return 'nobody'
  }
  // Just made, and not written yet.
  if (pid === 0) return 'alive'
  try {
    process.kill(pid, 0)
    return 'alive'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? 'alive' : 'gone'
  }
}
