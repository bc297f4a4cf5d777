/** An application that calls another one by its address: `node call.ts HOST PORT`. Prints the answer. */
import { connect } from 'node:net'

const [host = '', port = ''] = process.argv.slice(2)
const socket = connect({ host, port: Number(port), allowHalfOpen: true })
let answer = ''
socket.setTimeout(30_000, () => socket.destroy(new Error(`no answer in time; so far: ${answer}`)))
socket.on('data', (chunk) => (answer += chunk))
socket.on('error', (error) => {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
})
socket.on('end', () => process.stdout.write(answer))
socket.end('ping')
