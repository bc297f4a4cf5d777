#!/usr/bin/env node
// The launcher, in plain JavaScript that Node 20 can read. The program is TypeScript, which Node runs from 22.18 on; an
// older one hands over to the Node that is pinned as a dependency.
import { existsSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major > 22 || (major === 22 && minor >= 18)) {
  // Compiled code and stripped types are kept between runs: starting takes a fraction of the time and memory.
  nodeModule.enableCompileCache?.(join(homedir(), '.cache', 'mizzen', 'compile-cache'))
  await import('../src/main.ts')
} else {
  await handOver(pinnedNode())
}

/** @returns {string | undefined} the nearest `node_modules/node/bin/node` above this file */
function pinnedNode() {
  for (let folder = here; folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', 'node', 'bin', 'node')
    if (existsSync(candidate)) return candidate
  }
  return undefined
}

/** @param {string | undefined} node */
async function handOver(node) {
  if (node === undefined) {
    process.stderr.write(
      `mizzen: needs Node 22.18 or newer, this is ${process.version} (run npm install: it brings one)\n`,
    )
    process.exitCode = 1
    return
  }
  const { spawn } = await import('node:child_process')
  // The IPC channel tells the program when this process is gone, however it went.
  const stdio = /** @type {const} */ (['inherit', 'inherit', 'inherit', 'ipc'])
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: [...stdio],
    env: { ...process.env, MIZZEN_LAUNCHED: '1' },
  })
  // A terminal sends its Ctrl-C to both of us; what is sent to this process alone has to be passed on.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  }
  child.on('error', (error) => {
    process.stderr.write(`mizzen: can't run ${node}: ${error.message}\n`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exitCode = code ?? 1
    else process.exitCode = 1
  })
}
