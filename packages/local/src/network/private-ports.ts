import { MizzenError, type Random } from '@mizzen/base'
import { portState } from './port-check.ts'

/** Below the range that Linux takes outgoing ports from (32768 up), so that no connection grabs a reserved one. */
const FIRST = 20_000
const COUNT = 12_000
const TRIES = 64
const HOST = '127.0.0.1'

/** Ports on 127.0.0.1 where applications listen behind their sidecars; each is given out once until it is released. */
export class PrivatePorts {
  readonly #taken = new Set<number>()
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  /** Throws MizzenError `no-free-port`. */
  async reserve(): Promise<number> {
    let offset = Math.floor(this.#random() * COUNT)
    for (let tries = 0; tries < TRIES; tries += 1, offset += 1) {
      const port = FIRST + (offset % COUNT)
      if (this.#taken.has(port)) continue
      this.#taken.add(port)
      if ((await portState(HOST, port)) === 'free') return port
      this.#taken.delete(port)
    }
    throw new MizzenError('no-free-port', `found no free port for an application on ${HOST} in ${TRIES} tries`)
  }

  release(port: number): void {
    this.#taken.delete(port)
  }
}
