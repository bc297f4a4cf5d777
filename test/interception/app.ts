/**
 * The application behind the inbound proxy: `node app.ts PORT…`. Says who it thinks is calling and where it was called,
 * and sends back what it gets.
 */
import { createServer } from 'node:net'

for (const port of process.argv.slice(2)) {
  createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {})
    socket.write(`${socket.remoteAddress} called ${socket.localAddress}:${socket.localPort}\n`)
    socket.pipe(socket)
  }).listen({ host: '::', port: Number(port) })
}
