/** envoy.admin.v3.ServerInfo.State. */
export type ServerState = 'LIVE' | 'DRAINING' | 'PRE_INITIALIZING' | 'INITIALIZING'

/** Whether the proxy takes traffic. Starts as INITIALIZING. */
export class ServerStatus {
  #initialized = false
  #failing = false

  initialized(): void {
    this.#initialized = true
  }

  /** As `/healthcheck/fail` and `/healthcheck/ok` say it, and true for good once the process is ending. */
  setFailing(failing: boolean): void {
    this.#failing = failing
  }

  get state(): ServerState {
    if (this.#failing) return 'DRAINING'
    return this.#initialized ? 'LIVE' : 'INITIALIZING'
  }
}
