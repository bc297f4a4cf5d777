import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * One file for each port that a process here has been given, named after it; in it the process id. Left behind: it counts
 * while the process lives. Each user has a directory: ports are never shared between users (socket(7), SO_REUSEPORT).
 */
const CLAIMS = join(tmpdir(), `mizzen-test-ports-${process.getuid?.() ?? 'all'}`)

/**
 * Below the ports that systems give to outgoing connections (Linux 32768 up, ip(7), ip_local_port_range; others 49152 up, RFC
 * 6335): one of those may be taken by anybody's connection before the server that it was found for listens on it. Below those
 * that `local` gives to applications (20000 up) and Istio's own (15000 up), for the same reason. 10000 itself is a bound of
 * histograms, which tests replace ports in.
 */
const FIRST_PORT = 10_001
const LAST_PORT = 14_999
/** So many busy ports for each one wanted, and there are none. */
const ATTEMPTS_PER_PORT = 1_000

/**
 * Ports on 127.0.0.1 that were free a moment ago, for servers of other programs. No other process that asks here gets one of
 * them until this one has ended: two data planes that share a port (SO_REUSEPORT) would not fail, but share connections.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  for (let attempts = count * ATTEMPTS_PER_PORT; ports.length < count; attempts--) {
    if (attempts === 0) throw new Error(`no ${count} free ports between ${FIRST_PORT} and ${LAST_PORT}`)
    const port = randomInt(FIRST_PORT, LAST_PORT + 1)
    if (claim(port) && (await isFree(port))) ports.push(port)
  }
  return ports
}

/** One of them. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1)
  return port as number
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening')
  } catch {
    return false
  }
  await new Promise((resolve) => server.close(resolve))
  return true
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
