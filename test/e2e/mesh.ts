import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { sleep, systemClock } from '@mizzen/base'
import { runCommand } from '../../packages/cli/test/run-command.ts'
import { freePorts } from '../free-ports.ts'

const ROOT = join(import.meta.dirname, '../..')
const MIZZEN = join(ROOT, 'packages/cli/bin/mizzen.js')
/** Below the limit of a hook: so the error says what `mizzen up` has said. */
const START_LIMIT_MS = 100_000

/** What `mizzen up -o json` prints when it is ready. */
interface Ready {
  readonly gateway: string
  readonly api: string
  readonly xds: string
  readonly state: string
  readonly pid: number
  readonly readyMs: number
}

export interface CommandResult {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Longer than any command takes that a test waits for. */
const RUN_LIMIT_MS = 100_000

/** Runs the program `mizzen ARGS` to its end (or for 100 s, then it is killed and the status is -1). */
export function run(args: readonly string[], env: Record<string, string> = {}): Promise<CommandResult> {
  const child = spawn(process.execPath, [MIZZEN, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), RUN_LIMIT_MS)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  return new Promise((resolve) => {
    child.on('close', (status) => {
      clearTimeout(timer)
      resolve({ status: status ?? -1, stdout, stderr })
    })
  })
}

/** A mesh that a test runs for itself: its own directory, state and home, ports chosen by the system. */
export class Mesh {
  readonly dir: string
  readonly ready: Ready
  readonly #home: string
  readonly #child: ChildProcess
  readonly #output: () => string

  private constructor(dir: string, home: string, child: ChildProcess, ready: Ready, output: () => string) {
    this.dir = dir
    this.#home = home
    this.#child = child
    this.ready = ready
    this.#output = output
  }

  /** Copies `examples/canary`, lets `prepare` change the copy, and starts it. */
  static async start(prepare: (dir: string) => void = () => {}, args: readonly string[] = []): Promise<Mesh> {
    const home = mkdtempSync(join(tmpdir(), 'mizzen-e2e-'))
    const dir = join(home, 'canary')
    cpSync(join(ROOT, 'examples/canary'), dir, { recursive: true })
    for (const version of ['v1', 'v2']) beLenient(join(dir, `deployment-${version}.yaml`))
    prepare(dir)
    // Several meshes run at the same time, and a control plane that is killed must find its ports free again.
    const [gateway, api, xds] = await freePorts(3)
    const ports = ['--gateway-port', `${gateway}`, '--api-port', `${api}`, '--xds-port', `${xds}`]
    const child = spawn(process.execPath, [MIZZEN, 'up', dir, ...ports, '--no-load', '-o', 'json', ...args], {
      env: { ...process.env, MIZZEN_HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stderr.on('data', (chunk) => {
      output += chunk
    })
    const late = setTimeout(() => child.kill('SIGTERM'), START_LIMIT_MS)
    const ready = await new Promise<Ready>((resolve, reject) => {
      createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line)))
      child.once('exit', (status) => reject(new Error(`mizzen up ended with ${status} and was not ready\n${output}`)))
    })
    clearTimeout(late)
    return new Mesh(dir, home, child, ready, () => output)
  }

  /** Everything that `up` has written to standard error. */
  get output(): string {
    return this.#output()
  }

  get home(): string {
    return this.#home
  }

  /** Runs a command to its end, in this process: to start a program for each takes most of the time on a busy machine. */
  async mizzen(...args: readonly string[]): Promise<CommandResult> {
    const { status, out, err } = await runCommand(args, { env: { MIZZEN_HOME: this.#home } })
    return { status: status ?? -1, stdout: out, stderr: err }
  }

  /** Runs a command that prints JSON, whatever its exit status. */
  async report(...args: readonly string[]) {
    const { status, stdout, stderr } = await this.mizzen(...args)
    if (stdout === '') throw new Error(`mizzen ${args.join(' ')}: ${status}\n${stderr}\n${this.output}`)
    return { status, report: JSON.parse(stdout), stderr }
  }

  /** Runs a command that must succeed. */
  async must(...args: readonly string[]): Promise<string> {
    const result = await this.mizzen(...args)
    if (result.status !== 0)
      throw new Error(`mizzen ${args.join(' ')}: ${result.status}\n${result.stdout}${result.stderr}\n${this.output}`)
    return result.stdout
  }

  read(file: string): string {
    return readFileSync(join(this.dir, file), 'utf8')
  }

  /** Edits a file of the directory as an editor would: in place. */
  write(file: string, text: string): void {
    writeFileSync(join(this.dir, file), text)
  }

  /** Sets the weights of v1 and v2 in the file of the VirtualService, and waits until every proxy has them. */
  async setWeights(v1: number, v2: number): Promise<void> {
    this.write('virtual-service.yaml', virtualService(v1, v2))
    await this.waitForWeights(v1, v2)
  }

  /** `mizzen wait` speaks of what the mesh knows: first the mesh must have read the file. */
  async waitForWeights(v1: number, v2: number): Promise<void> {
    await until(async () => {
      const object = JSON.parse(await this.must('get', 'virtualservice', 'myapp-virtualservice', '-o', 'json'))
      const weights = object.spec.http[0].route.map((route: { weight: number }) => route.weight)
      return weights[0] === v1 && weights[1] === v2
    }, `weights ${v1}/${v2} in the mesh`)
    await this.must('wait', 'virtualservice/myapp-virtualservice', '--for', 'programmed', '--timeout', '60s')
  }

  /** SIGINT, as Ctrl-C gives it; resolves with the exit status when the process has ended, and removes the directory. */
  async stop(): Promise<number> {
    const ended =
      this.#child.exitCode !== null
        ? Promise.resolve(this.#child.exitCode)
        : new Promise<number>((resolve) => this.#child.once('exit', (status) => resolve(status ?? -1)))
    this.#child.kill('SIGINT')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 60_000)
    const status = await ended
    clearTimeout(timer)
    rmSync(this.#home, { recursive: true, force: true })
    return status
  }
}

/** Slow is not down: what is busy is the machine. By default a Pod whose probe takes over a second three times is not ready. */
function beLenient(deploymentFile: string): void {
  const text = readFileSync(deploymentFile, 'utf8')
  writeFileSync(deploymentFile, text.replace(/^( *)periodSeconds: \d+$/m, '$&\n$1timeoutSeconds: 10'))
}

export function virtualService(v1: number, v2: number): string {
  return `apiVersion: networking.istio.io/v1alpha3
kind: VirtualService
metadata: {name: myapp-virtualservice}
spec:
  hosts: ["*"]
  gateways: [myapp-gateway]
  http:
  - route:
    - destination: {host: myapp, subset: v1}
      weight: ${v1}
    - destination: {host: myapp, subset: v2}
      weight: ${v2}
`
}

/** Asks every 50 ms until the answer is true; throws with `what` after `timeoutMs`. */
export async function until(ask: () => Promise<boolean> | boolean, what: string, timeoutMs = 60_000): Promise<void> {
  const deadline = systemClock.monotonic() + timeoutMs
  while (!(await ask())) {
    if (systemClock.monotonic() > deadline) throw new Error(`gave up waiting for ${what}`)
    await sleep(systemClock, 50)
  }
}
