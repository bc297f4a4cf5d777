import { processIo } from './io.ts'

const [name, ...rest] = process.argv.slice(2)

// A reader that went away (`mizzen get vs | head -1`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

if (process.env.MIZZEN_LAUNCHED === '1') endWithLauncher()

if (name === 'proxy') {
  // Nothing else is loaded here: the memory of a proxy counts once for every Pod.
  const { proxyCommand } = await import('@mizzen/proxy')
  process.exit(await proxyCommand(rest, process.env))
} else {
  const { runCli } = await import('./run.ts')
  const status = await runCli(process.argv.slice(2), processIo(process.env))
  // A pipe takes 64 KiB at a time: what was written is only out when the stream says so.
  await Promise.all([written(process.stdout), written(process.stderr)])
  // Whatever a command left open (a socket, a channel to its parent) does not keep it alive.
  process.exit(status)
}

function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()))
}

/** A launcher that is killed can pass no signal on; its channel closes. */
function endWithLauncher(): void {
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  process.channel?.unref()
}
