import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { wholeBody, type XdsResource } from '@mizzen/xds'

/** An answer of the client to a response. */
export interface Answer {
  readonly type_url: string
  /** State of the world alone. */
  readonly version?: string
  /** Of a refusal. */
  readonly error?: string
}

/** The control plane of `test/foreign-control-plane`, in a process of its own. */
export class ForeignControlPlane {
  readonly port: number
  readonly answers: Answer[] = []
  readonly #child: ChildProcess
  #version = 0

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.port = port
  }

  static async start(binary: string, port: number): Promise<ForeignControlPlane> {
    const child = spawn(binary, [String(port)], { stdio: ['pipe', 'pipe', 'inherit'] })
    const lines = createInterface({ input: child.stdout })
    const [first] = await Promise.race([
      once(lines, 'line'),
      once(child, 'exit').then(([status]) => Promise.reject(new Error(`${binary} ended with ${status}`))),
    ])
    const controlPlane = new ForeignControlPlane(child, JSON.parse(first as string).port)
    lines.on('line', (line) => controlPlane.answers.push(JSON.parse(line)))
    return controlPlane
  }

  /** Replaces everything. */
  set(...resources: readonly XdsResource[]): void {
    const byType: Record<string, string[]> = {}
    for (const { typeUrl, body } of resources) {
      byType[typeUrl] ??= []
      byType[typeUrl].push(Buffer.from(wholeBody(body)).toString('base64'))
    }
    this.#version += 1
    this.#child.stdin?.write(`${JSON.stringify({ version: String(this.#version), resources: byType })}\n`)
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.kill('SIGKILL')
    await once(this.#child, 'exit')
  }
}
