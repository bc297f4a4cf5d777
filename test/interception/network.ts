import { execFileSync } from 'node:child_process'

/** The two ends, IPv4 and IPv6; nobody else sees them. */
export const CALLER = { v4: '10.77.0.1', v6: 'fd77::1' } as const
export const CALLEE = { v4: '10.77.0.2', v6: 'fd77::2' } as const

/** Whose connections are redirected on the caller's side; the proxy runs as root. */
export const CALLING_USER = 1001
/** Mark of packets that TPROXY takes, and the routing table that keeps them here (Istio's numbers). */
const MARK = '1337'
const TABLE = '133'

export interface Ports {
  /** Where the proxies take redirected connections. */
  readonly outbound: number
  readonly inbound: number
  readonly transparent: number
  /** The application's, by how connections to them are intercepted. */
  readonly redirected: number
  readonly tproxied: number
}

/** Two network namespaces with a cable between them: an application in one calls an application in the other. */
export class Network {
  readonly caller: string
  readonly callee: string

  private constructor(id: string) {
    this.caller = `mizzen-caller-${id}`
    this.callee = `mizzen-callee-${id}`
  }

  static create(id: string): Network {
    const network = new Network(id)
    const [one, other] = [`mzc${id}`.slice(0, 15), `mzs${id}`.slice(0, 15)]
    for (const name of [network.caller, network.callee]) run('ip', 'netns', 'add', name)
    run('ip', 'link', 'add', one, 'netns', network.caller, 'type', 'veth', 'peer', other, 'netns', network.callee)
    for (const [name, link, ends] of [
      [network.caller, one, CALLER],
      [network.callee, other, CALLEE],
    ] as const) {
      network.run(name, 'ip', 'link', 'set', 'lo', 'up')
      network.run(name, 'ip', 'address', 'add', `${ends.v4}/24`, 'dev', link)
      // Without nodad an address cannot be used for a second or two.
      network.run(name, 'ip', 'address', 'add', `${ends.v6}/64`, 'dev', link, 'nodad')
      network.run(name, 'ip', 'link', 'set', link, 'up')
    }
    // The inbound convention's source address; 127.0.0.6 needs none.
    network.run(network.callee, 'ip', 'address', 'add', '::6/128', 'dev', 'lo')
    return network
  }

  /** What Istio's init container writes, as far as these tests need it. */
  intercept(ports: Ports): void {
    const nat = ['-t', 'nat', '-A']
    const mangle = ['-t', 'mangle', '-A']
    for (const [iptables, family] of [
      ['iptables', '-4'],
      ['ip6tables', '-6'],
    ] as const) {
      const user = ['-m', 'owner', '--uid-owner', String(CALLING_USER)]
      this.run(this.caller, iptables, ...nat, 'OUTPUT', '-p', 'tcp', ...user, ...redirect(ports.outbound))
      const redirected = ['-p', 'tcp', '--dport', String(ports.redirected)]
      this.run(this.callee, iptables, ...nat, 'PREROUTING', ...redirected, ...redirect(ports.inbound))
      const tproxied = ['-p', 'tcp', '--dport', String(ports.tproxied), '!', '-i', 'lo']
      const take = ['-j', 'TPROXY', '--tproxy-mark', MARK, '--on-port', String(ports.transparent)]
      this.run(this.callee, iptables, ...mangle, 'PREROUTING', ...tproxied, ...take)
      this.run(this.callee, 'ip', family, 'rule', 'add', 'fwmark', MARK, 'lookup', TABLE)
      this.run(this.callee, 'ip', family, 'route', 'add', 'local', 'default', 'dev', 'lo', 'table', TABLE)
    }
  }

  /** Runs a command in a namespace. @returns what it printed */
  run(namespace: string, ...command: readonly string[]): string {
    return run('ip', 'netns', 'exec', namespace, ...command)
  }

  destroy(): void {
    for (const name of [this.caller, this.callee]) run('ip', 'netns', 'delete', name)
  }
}

function redirect(port: number): readonly string[] {
  return ['-j', 'REDIRECT', '--to-ports', String(port)]
}

function run(command: string, ...args: readonly string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 })
}
