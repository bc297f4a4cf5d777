/**
 * `node attack-client.ts ATTACK PORT SECONDS`: one of the attacks of attacks.ts on 127.0.0.1:PORT. Prints
 * `{"opened", "closed", "sent"}`: connections that it opened, how many of them the other side closed, bytes sent.
 *
 * It yields the processor to everybody else: what is measured is what the proxy does, not who gets the core.
 */
import { constants, setPriority } from 'node:os'
import { Attacker } from './attacker.ts'
import { ATTACKS } from './attacks.ts'

const [name, port, seconds] = process.argv.slice(2) as [string, string, string]
const attack = ATTACKS.find((one) => one.name === name)
if (attack === undefined) throw new Error(`no attack ${name}`)
setPriority(constants.priority.PRIORITY_LOW)

const attacker = new Attacker(Number(port), attack)
attacker.start()
setTimeout(() => {
  process.stdout.write(`${JSON.stringify(attacker.stop())}\n`)
}, Number(seconds) * 1000)
