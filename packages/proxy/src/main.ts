/** The proxy as a program of its own: `node main.ts -c BOOTSTRAP [--concurrency N] [--cache DIR] [--drain-time-s N] [--drain-strategy immediate|gradual] [--mode validate]`. */
import { parseArgs } from 'node:util'
import { runProxy } from './index.ts'

const { values } = parseArgs({
  options: {
    'config-path': { type: 'string', short: 'c' },
    concurrency: { type: 'string' },
    cache: { type: 'string' },
    'drain-time-s': { type: 'string' },
    'drain-strategy': { type: 'string' },
    mode: { type: 'string' },
  },
})

if (values['config-path'] === undefined) {
  process.stderr.write(
    'usage: main.ts -c BOOTSTRAP [--concurrency N] [--cache DIR] [--drain-time-s N] [--drain-strategy immediate|gradual] [--mode serve|validate]\n',
  )
  process.exit(2)
}

const drainStrategy = values['drain-strategy'] ?? 'immediate'
if (drainStrategy !== 'immediate' && drainStrategy !== 'gradual') {
  process.stderr.write(`--drain-strategy must be immediate or gradual, and is ${drainStrategy}\n`)
  process.exit(2)
}

const concurrency = Number(values.concurrency ?? 1)
if (!Number.isInteger(concurrency) || concurrency < 1) {
  process.stderr.write(`--concurrency must be a whole number of at least 1, and is ${values.concurrency}\n`)
  process.exit(2)
}

process.exit(
  await runProxy({
    bootstrapPath: values['config-path'],
    concurrency,
    cacheDir: values.cache,
    mode: values.mode === 'validate' ? 'validate' : 'serve',
    environment: process.env,
    drainStrategy,
    drainTimeS: values['drain-time-s'] === undefined ? undefined : Number(values['drain-time-s']),
  }),
)
