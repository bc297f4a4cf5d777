/** What runs in a worker thread: a `LocalWorker` that is told what to do by messages (`worker-message.ts`). */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '@mizzen/base'
import { createSwitchedLogger } from '../admin/switched-logger.ts'
import { tuneThread } from '../engine-tuning.ts'
import { BoundSocket } from '../listener/bound-socket.ts'
import { LocalWorker } from './local-worker.ts'
import { PostedLogs } from './posted-logs.ts'
import {
  plainError,
  type WorkerCall,
  type WorkerEvent,
  type WorkerRequest,
  type WorkerStart,
} from './worker-message.ts'

const port = parentPort as MessagePort
const { index, node, logLevels, connectionLimit, overload, streaming, tracing, drainStrategy } =
  workerData as WorkerStart

tuneThread()

const post = (event: WorkerEvent) => port.postMessage(event)
const logs = new PostedLogs(systemClock, (log, lines, count, dropped) => post({ log, lines, count, dropped }))
const logger = createSwitchedLogger('proxy', logLevels)
const worker = new LocalWorker({
  ...{ index, clock: systemClock, random: Math.random, logger: logger.scope('runtime'), node, logs, connectionLimit },
  ...{ overload, streaming, tracing, drainStrategy },
  onDemand: (demand) => post({ demand }),
  setLogLevels: (levels) => {
    logger.levels = levels
  },
})

function perform(call: WorkerCall): unknown {
  switch (call.kind) {
    case 'configure':
      return (worker[call.method] as (argument: unknown) => unknown)(call.argument)
    case 'listen':
      return worker.putListener(
        call.config,
        call.descriptor === undefined ? undefined : new BoundSocket(call.descriptor),
      )
    case 'drain':
      return worker.drain(call.withinMs, call.scope)
    case 'failing':
      return worker.setFailing(call.failing)
    case 'stop-listening':
      return worker.stopListening(call.withinMs, call.scope)
    case 'active-connections':
      return worker.activeConnections()
    case 'read':
      return worker.read(call.part)
    case 'log-levels':
      return worker.setLogLevels(call.levels)
    case 'close':
      return worker.close()
  }
}

port.on('message', async (request: WorkerRequest) => {
  if ('logged' in request) {
    logs.taken(request.logged)
    return
  }
  const { id, call } = request
  try {
    // Without a wait where there is none, so that calls take effect in their order.
    const result = perform(call)
    post({ id, value: result instanceof Promise ? await result : result })
  } catch (error) {
    post({ id, error: plainError(error) })
  }
  if (call.kind === 'close') port.close()
})
