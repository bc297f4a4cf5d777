import { setTimeout as sleep } from 'node:timers/promises'
import { MizzenError } from '@mizzen/base'
import { Command } from 'commander'
import type { BuildCommand, CommandContext } from '../command.ts'
import { readMeshFile, removeMeshFile } from '../mesh/mesh-file.ts'
import { processStart } from '../mesh/process-start.ts'

const WAIT_MS = 20_000

export const build: BuildCommand = (context) =>
  new Command('down')
    .description('Ends the mesh that "mizzen up" runs on this machine, and waits until it is gone.')
    .addHelpText('after', '\nExample: mizzen down')
    .action(() => down(context))

async function down({ io }: CommandContext): Promise<void> {
  const mesh = readMeshFile(io)
  if (mesh === undefined) {
    io.out('No mesh is running.\n')
    return
  }
  // A process id can belong to somebody else by now: only the one that wrote the file is ended.
  const isOurs = () => processStart(mesh.pid) === mesh.started
  if (!isOurs()) {
    await removeMeshFile(io, mesh.pid)
    io.out('No mesh is running (the last one did not end by itself).\n')
    return
  }
  process.kill(mesh.pid, 'SIGTERM')
  const deadline = performance.now() + WAIT_MS
  while (isOurs()) {
    if (performance.now() > deadline) {
      throw new MizzenError('timeout', `the mesh (process ${mesh.pid}) did not end within ${WAIT_MS / 1_000} s`)
    }
    await sleep(50)
  }
  io.out('The mesh has ended.\n')
}
