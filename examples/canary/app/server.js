// The application of the canary example: answers with its version, and misbehaves on demand.
import { createServer } from 'node:http'
import { FaultError, parseFault } from './fault.js'

const { env } = process
const identity = { app: 'myapp', version: env.VERSION ?? 'unknown', pod: env.POD_NAME ?? 'local' }
/** Longest body that `PUT /fault` reads, bytes. */
const MAX_BODY = 4096

let closing = false
let fault
try {
  fault = parseFault({ errorRate: Number(env.FAULT_ERROR_RATE || 0), delayMs: Number(env.FAULT_DELAY_MS || 0) })
} catch (error) {
  console.error(`FAULT_ERROR_RATE or FAULT_DELAY_MS: ${error.message}`)
  process.exit(1)
}

const server = createServer((request, response) => {
  const path = new URL(request.url, 'http://localhost').pathname
  if (path === '/healthz') return send(response, 200, { status: 'ok' })
  if (path === '/fault') return answerFault(request, response)
  if (fault.delayMs === 0) return answer(response, path)
  setTimeout(() => answer(response, path), fault.delayMs)
})

function answer(response, path) {
  if (Math.random() < fault.errorRate) return send(response, 500, { ...identity, error: 'injected fault' })
  send(response, 200, { ...identity, path })
}

async function answerFault(request, response) {
  if (request.method === 'GET') return send(response, 200, fault)
  if (request.method !== 'PUT') return send(response, 405, { error: 'use GET or PUT' }, { allow: 'GET, PUT' })
  try {
    fault = parseFault(await readJson(request), fault)
    send(response, 200, fault)
  } catch (error) {
    if (!(error instanceof FaultError)) return response.destroy()
    send(response, 400, { error: error.message })
  }
}

async function readJson(request) {
  const chunks = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > MAX_BODY) throw new FaultError(`the body is longer than ${MAX_BODY} bytes`)
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch (error) {
    throw new FaultError(`the body is not JSON: ${error.message}`)
  }
}

function send(response, status, body, headers = {}) {
  if (closing) response.shouldKeepAlive = false
  const text = `${JSON.stringify(body)}\n`
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  })
  response.end(text)
}

server.on('error', (error) => {
  console.error(`cannot listen: ${error.message}`)
  process.exit(1)
})
server.listen(Number(env.PORT ?? 8080), env.HOST ?? '0.0.0.0', () => {
  console.log(`${identity.app} ${identity.version} listens on ${server.address().address}:${server.address().port}`)
})

// Requests in flight are finished; idle connections are closed at once, busy ones after their answer.
process.once('SIGTERM', () => {
  closing = true
  server.close(() => process.exit(0))
})
