import { MizzenError, type Random } from '@mizzen/base'
import { type PortState, portState } from './port-check.ts'

/** 127.10.0.1 to 127.10.255.254: out of the way of 127.0.0.0/24, where people's own services are. */
const NETWORK = '127.10'
const COUNT = 256 * 254
const TRIES = 32

/** Addresses of Pods on the loopback interface; each is given out once until it is released. */
export class LoopbackAddresses {
  readonly #taken = new Set<string>()
  #next: number

  /** Starts anywhere, so that several meshes on a machine seldom meet. */
  constructor(random: Random) {
    this.#next = Math.floor(random() * COUNT)
  }

  /** An address on which all of `ports` are free. Throws MizzenError `no-free-address`. */
  async reserve(ports: readonly number[]): Promise<string> {
    let obstacle: Obstacle | undefined
    for (let tries = 0; tries < TRIES; tries += 1) {
      const address = this.#following()
      if (this.#taken.has(address)) continue
      this.#taken.add(address)
      obstacle = await firstObstacle(address, ports)
      if (obstacle === undefined) return address
      this.#taken.delete(address)
      if (obstacle.state !== 'in-use') break
    }
    throw new MizzenError('no-free-address', describe(obstacle), hintFor(obstacle))
  }

  release(address: string): void {
    this.#taken.delete(address)
  }

  #following(): string {
    const index = this.#next
    this.#next = (this.#next + 1) % COUNT
    return `${NETWORK}.${Math.floor(index / 254)}.${(index % 254) + 1}`
  }
}

interface Obstacle {
  readonly port: number
  readonly state: PortState
}

async function firstObstacle(address: string, ports: readonly number[]): Promise<Obstacle | undefined> {
  for (const port of ports) {
    const state = await portState(address, port)
    if (state !== 'free') return { port, state }
  }
  return undefined
}

function describe(obstacle: Obstacle | undefined): string {
  if (obstacle === undefined) return `every address of ${NETWORK}.0.0/16 is taken`
  const { port, state } = obstacle
  if (state === 'no-permission') return `no permission to listen on port ${port}`
  if (state === 'no-such-address') return `this system has no loopback addresses but 127.0.0.1`
  return `port ${port} is in use on every loopback address`
}

function hintFor(obstacle: Obstacle | undefined): { hint?: string } {
  if (obstacle?.state === 'in-use') return { hint: `a program that listens on 0.0.0.0:${obstacle.port} takes them all` }
  if (obstacle?.state === 'no-permission') return { hint: 'use a containerPort of 1024 or more' }
  return {}
}
