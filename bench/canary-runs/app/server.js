// Answers with its version over HTTP/1.1, over HTTP/2 as a gRPC server does, or to each TCP connection, and misbehaves as
// FAULT_FILE says.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { createServer as createTcpServer } from 'node:net'

const { env } = process
/** How soon a changed FAULT_FILE counts, ms. */
const FAULT_POLL_MS = 10
const isGrpc = env.PROTOCOL === 'grpc'
const isTcp = env.PROTOCOL === 'tcp'
let fault = readFault()

/** `{errors, route, slow, slowMs, refuse, crash}`: parts from 0 to 1, a path that alone has the errors, and two that end it. */
function readFault() {
  try {
    return JSON.parse(readFileSync(env.FAULT_FILE ?? '', 'utf8'))
  } catch {
    return {}
  }
}

if (fault.crash) process.exit(1)
const server = isTcp ? createTcpServer(greet) : isGrpc ? createHttp2Server(answer) : createServer(answer)

/** One line for each connection; a failed one is reset. */
function greet(socket) {
  if (Math.random() < (fault.errors ?? 0)) return socket.resetAndDestroy()
  socket.end(`${env.VERSION}\n`)
  socket.resume()
}

function answer(request, response) {
  request.resume()
  const { errors = 0, route, slow = 0, slowMs = 0 } = fault
  const fails = (route === undefined || request.url === route) && Math.random() < errors
  const send = () => (isGrpc ? sendGrpc(response, fails) : sendHttp(response, fails))
  if (Math.random() < slow) setTimeout(send, slowMs)
  else send()
}

function sendHttp(response, fails) {
  response.writeHead(fails ? 500 : 200, { 'x-version': env.VERSION, 'content-length': 2 })
  response.end('ok')
}

/** A failed call is HTTP 200 with a status other than 0 (13 = INTERNAL, which nobody retries) in its head, which ends the response. */
function sendGrpc(response, fails) {
  response.writeHead(200, {
    'content-type': 'application/grpc',
    'x-version': env.VERSION,
    'grpc-status': fails ? '13' : '0',
  })
  response.end()
}

const connections = new Set()
server.on('connection', (socket) => {
  connections.add(socket)
  socket.on('close', () => connections.delete(socket))
  socket.on('error', () => socket.destroy())
})

function listen() {
  server.listen(Number(env.PORT ?? 8080), env.HOST ?? '127.0.0.1')
}

/** As a process that is gone while its Pod is not known to be. */
function refuse() {
  server.close()
  for (const socket of connections) socket.destroy()
}

setInterval(() => {
  const before = fault
  fault = readFault()
  if (fault.crash) process.exit(1)
  if (fault.refuse && !before.refuse) refuse()
  if (!fault.refuse && before.refuse) listen()
}, FAULT_POLL_MS)

if (!fault.refuse) listen()
process.once('SIGTERM', () => {
  server.close(() => process.exit(0))
  setTimeout(() => process.exit(0), 2_000)
})
