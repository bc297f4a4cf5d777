/** The proxy as a program of its own: `node main.ts -c BOOTSTRAP`, with the arguments of `mizzen proxy`. */
import { proxyCommand } from './index.ts'

process.exit(await proxyCommand(process.argv.slice(2), process.env))
