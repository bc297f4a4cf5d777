import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { runCommand, succeeds, ToolError } from './run-command.ts'

/** Debian asks this program whether a service may start; 101 says no (invoke-rc.d's interface). */
const SERVICE_POLICY = '/usr/sbin/policy-rc.d'

/** Installs packages with apt-get. Their services are not started: the bench starts what it needs, on its own ports. */
export function installDebianPackages(packages: readonly string[]): void {
  const names = packages.join(' ')
  if (!succeeds('apt-get', ['--version'])) {
    throw new ToolError(`${names}: no apt-get here; install ${names} with this system's package manager`)
  }
  if (process.getuid?.() !== 0) {
    throw new ToolError(`${names}: installing needs root; run: sudo apt-get install -y ${names}`)
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  withoutServices(() => {
    runCommand('apt-get', ['update', '-q'], { env })
    runCommand('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], { env })
  })
}

function withoutServices(action: () => void): void {
  if (existsSync(SERVICE_POLICY)) {
    action()
    return
  }
  writeFileSync(SERVICE_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    action()
  } finally {
    rmSync(SERVICE_POLICY, { force: true })
  }
}
