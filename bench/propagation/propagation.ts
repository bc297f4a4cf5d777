import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { load } from '../../test/e2e/load.ts'
import { Mesh, virtualService } from '../../test/e2e/mesh.ts'
import { BenchError } from '../bench-error.ts'

export interface PropagationOptions {
  /** Changes of the weight. */
  readonly runs: number
  readonly signal: AbortSignal
  readonly say: (line: string) => void
}

/** Milliseconds from the moment when the file was saved, one of each for every run. */
export interface Propagation {
  /** Until the object was Programmed: every proxy has acknowledged it. */
  readonly programmed: readonly number[]
  /** Until the last answer of the version that was to get no more requests. */
  readonly lastOld: readonly number[]
}

const WATCH = '/apis/networking.istio.io/v1/namespaces/default/virtualservices?watch=true'

/** How long a saved weight takes to be live in every proxy of the canary's mesh, under light load. */
export async function propagation({ runs, signal, say }: PropagationOptions): Promise<Propagation> {
  const mesh = await Mesh.start()
  try {
    const observer = await Observer.start(mesh)
    const result = { programmed: [] as number[], lastOld: [] as number[] }
    for (let run = 1; run <= runs; run++) {
      const old = run % 2 === 0 ? 'v2' : 'v1'
      const savedAt = performance.now()
      mesh.write('virtual-service.yaml', run % 2 === 0 ? virtualService(100, 0) : virtualService(0, 100))
      const programmedAt = await observer.programmed(old === 'v1' ? 0 : 100)
      await wait(200, undefined, { signal })
      result.programmed.push(programmedAt - savedAt)
      result.lastOld.push(Math.max(0, observer.lastAnswer(old) - savedAt))
      say(`run ${run} of ${runs}: ${result.programmed.at(-1)?.toFixed(0)} ms`)
    }
    await observer.stop()
    return result
  } finally {
    await mesh.stop()
  }
}

/** Sees what proxies acknowledge, through a watch of the API, and who answers, through requests to the gateway. */
class Observer {
  readonly #answers = new Map<string, number>()
  #programmed: { readonly v1: number; readonly atMs: number } | undefined
  #done = false
  #watch: IncomingMessage | undefined
  #traffic: Promise<unknown> = Promise.resolve()

  static async start(mesh: Mesh): Promise<Observer> {
    const observer = new Observer()
    const [response] = (await once(get(mesh.ready.api + WATCH), 'response')) as [IncomingMessage]
    observer.#watch = response
    createInterface({ input: response }).on('line', (line) => observer.#see(JSON.parse(line).object))
    observer.#traffic = load({
      ...{ url: mesh.ready.gateway, connections: 2, pauseMs: 2, until: () => observer.#done },
      onAnswer: (version) => observer.#answers.set(version, performance.now()),
    })
    return observer
  }

  /** When all proxies had the weights that give v1 this share. */
  async programmed(v1: number): Promise<number> {
    const deadline = performance.now() + 20_000
    while (this.#programmed?.v1 !== v1) {
      if (performance.now() > deadline) throw new BenchError('a weight was not live after 20 s')
      await wait(1)
    }
    return this.#programmed.atMs
  }

  lastAnswer(version: string): number {
    return this.#answers.get(version) ?? 0
  }

  async stop(): Promise<void> {
    this.#done = true
    await this.#traffic
    this.#watch?.destroy()
  }

  // biome-ignore lint/suspicious/noExplicitAny: an object as the API gives it
  #see(object: any): void {
    const condition = object.status?.conditions?.find((one: { type: string }) => one.type === 'Programmed')
    const live = condition?.status === 'True' && condition.observedGeneration === object.metadata.generation
    if (live) this.#programmed = { v1: object.spec.http[0].route[0].weight, atMs: performance.now() }
  }
}
