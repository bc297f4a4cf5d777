/** Who wants the process to end says so once, and again if it is to end at once. */
export interface EndRequest {
  readonly first: Promise<void>
  readonly second: Promise<void>
  readonly tell: () => void
  /** Signals have their usual effect again. */
  readonly forget: () => void
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const

/** Signals tell, from now on: to be called before anything is loaded, so that a signal during the start ends it in order. */
export function endRequest(): EndRequest {
  const first = Promise.withResolvers<void>()
  const second = Promise.withResolvers<void>()
  let told = 0
  const tell = () => {
    told += 1
    if (told === 1) first.resolve()
    else second.resolve()
  }
  for (const signal of SIGNALS) process.on(signal, tell)
  const forget = () => {
    for (const signal of SIGNALS) process.off(signal, tell)
  }
  return { first: first.promise, second: second.promise, tell, forget }
}
