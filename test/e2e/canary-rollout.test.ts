import { writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Mesh, until, virtualService } from './mesh.ts'

const CANARY = `
apiVersion: mizzen.io/v1alpha1
kind: Canary
metadata:
  name: myapp
spec:
  traffic: {virtualService: myapp-virtualservice}
  stable: {subset: v1}
  canary: {subset: v2}
  steps:
  - setWeight: 20
  - pause: {duration: 2s}
  - setWeight: 50
  - pause: {duration: 2s}
  # What a busy machine slows down is not what is tried here.
  analysis: {minimumEffect: 5, latencyEffect: 100}
  cleanUp: {scaleDownDelay: 1s}
`

/** The new version, with a part of its requests failing by its own fault. */
function newVersion(build: string, errorRate: string): string {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: {name: myapp-v2, labels: {app: myapp, version: v2}}
spec:
  replicas: 1
  selector: {matchLabels: {app: myapp, version: v2}}
  template:
    metadata: {labels: {app: myapp, version: v2}}
    spec:
      containers:
      - name: myapp
        image: mizzen/canary-example
        command: [node, app/server.js]
        env:
        - {name: VERSION, value: v2}
        - {name: BUILD, value: "${build}"}
        - {name: FAULT_ERROR_RATE, value: "${errorRate}"}
        ports:
        - {name: http, containerPort: 8080}
        # Slow is not down: what is busy here is the machine.
        readinessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 1, timeoutSeconds: 10}
`
}

describe('a canary with real processes and traffic', { timeout: 200_000 }, () => {
  let mesh: Mesh
  let load: Load

  beforeAll(async () => {
    mesh = await Mesh.start((dir) => writeFileSync(join(dir, 'virtual-service.yaml'), virtualService(100, 0)))
    load = new Load(mesh.ready.gateway)
  })

  afterAll(async () => {
    load?.stop()
    await mesh?.stop()
  })

  it('takes back a version of which a fifth of the requests fail, and says why', async () => {
    writeFileSync(join(mesh.home, 'new.yaml'), `${CANARY}---${newVersion('bad', '0.2')}`)
    const { status, report, stderr } = await mesh.report(
      ...['canary', 'run', '-f', `${mesh.home}/new.yaml`, '--wait', '--timeout', '150s', '-o', 'json'],
    )
    expect(report, stderr).toMatchObject({ verdict: 'rolledBack', code: 'JudgedWorse' })
    expect(report.reason).toMatch(/of the canary's requests .* failed/)
    expect(report.evidence.length).toBeGreaterThan(0)
    expect(status).toBe(1)
    expect(new Set(await load.versions(100))).toEqual(new Set(['v1']))
  })

  it('promotes a healthy one, without a failed request, and scales the old one down', async () => {
    const all = load.look()
    writeFileSync(join(mesh.home, 'new.yaml'), `${CANARY}---${newVersion('good', '0')}`)
    const { status, report, stderr } = await mesh.report(
      ...['canary', 'run', '-f', `${mesh.home}/new.yaml`, '--wait', '--timeout', '150s', '-o', 'json'],
    )
    expect(report, stderr).toMatchObject({ verdict: 'promoted', failedCanaryRequests: 0 })
    expect(status).toBe(0)
    expect(new Set(all)).toEqual(new Set(['v1', 'v2']))
    expect(new Set(await load.versions(100))).toEqual(new Set(['v2']))
    expect(await mesh.must('canary', 'explain', 'myapp')).toMatch(/promoted[\s\S]*timeline:/)
    expect(await mesh.must('canary', 'explain', 'myapp', '-o', 'junit')).toMatch(/failures="0"/)
    expect(await mesh.must('canary', 'replay', 'myapp')).toMatch(/myapp: (pass|not-enough-evidence)/)
  })
})

/** About two hundred requests a second, eight at a time. */
class Load {
  readonly #gateway: string
  #stopped = false
  /** Outcomes of the requests that were sent since somebody began to look. */
  #seen: string[] = []

  constructor(gateway: string) {
    this.#gateway = gateway
    for (let client = 0; client < 8; client += 1) void this.#run()
  }

  stop(): void {
    this.#stopped = true
  }

  /** From now on. @returns what came of each request since, the version or the status; it grows */
  look(): readonly string[] {
    this.#seen = []
    return this.#seen
  }

  /** Who answers what is sent from now on. */
  async versions(count: number): Promise<readonly string[]> {
    const seen = this.look()
    await until(() => seen.length >= count, `${count} answers`)
    return seen
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const seen = this.#seen
      const [status, body] = await get(this.#gateway)
      seen.push((status === 200 && /v[12]/.exec(body)?.[0]) || String(status))
      await new Promise((done) => setTimeout(done, 40))
    }
  }
}

function get(url: string): Promise<readonly [number, string]> {
  return new Promise((resolve) => {
    const outgoing = request(url, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        body += chunk
      })
      response.on('end', () => resolve([response.statusCode ?? 0, body]))
      response.on('error', () => resolve([0, '']))
    })
    outgoing.on('error', () => resolve([0, '']))
    outgoing.end()
  })
}
