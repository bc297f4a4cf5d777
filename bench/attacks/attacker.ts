import { connect, type Socket } from 'node:net'
import type { Attack } from './attacks.ts'

export interface AttackCount {
  opened: number
  /** Closed or refused by the other side. */
  closed: number
  /** Bytes handed to the system. */
  sent: number
}

/** A connection that was closed is opened again after this time, so that no attack is a loop without end. */
const REOPEN_MS = 200

/** Keeps the connections of one attack open and sends on each at its pace. */
export class Attacker {
  readonly #port: number
  readonly #attack: Attack
  readonly #open = new Set<Socket>()
  readonly #count: AttackCount = { opened: 0, closed: 0, sent: 0 }
  #stopped = false

  constructor(port: number, attack: Attack) {
    this.#port = port
    this.#attack = attack
  }

  start(): void {
    for (let index = 0; index < this.#attack.connections; index += 1) this.#connect()
  }

  stop(): AttackCount {
    this.#stopped = true
    for (const socket of this.#open) socket.destroy()
    return { ...this.#count }
  }

  #connect(): void {
    if (this.#stopped) return
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true })
    const { opening, burst, everyMs, reads } = this.#attack
    let step = 0
    let timer: NodeJS.Timeout | undefined
    const send = (bytes: Uint8Array) => {
      if (bytes.length === 0 || socket.destroyed) return
      this.#count.sent += bytes.length
      socket.write(bytes)
    }
    this.#open.add(socket)
    socket.on('connect', () => {
      this.#count.opened += 1
      if (reads) socket.resume()
      else socket.pause()
      send(opening)
      timer = setInterval(() => {
        // What the other side does not take is not piled up here.
        if (!socket.writableNeedDrain) send(burst(step++))
      }, everyMs)
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      clearInterval(timer)
      this.#open.delete(socket)
      if (this.#stopped) return
      this.#count.closed += 1
      setTimeout(() => this.#connect(), REOPEN_MS)
    })
  }
}
