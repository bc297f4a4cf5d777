import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { bootstrap, cluster, listener } from '../bootstrap/bootstrap.ts'
import { httpManager } from '../bootstrap/network-filter.ts'
import { downstreamTls } from '../bootstrap/transport-socket.ts'
import { writeCertificateFiles } from '../certificate-files.ts'
import type { Program } from '../twin/data-plane.ts'
import { type ProxyPlace, withProxy } from './proxy-under-test.ts'
import { runTool } from './run-tool.ts'
import type { Failure, Suite, SuiteResult } from './suite.ts'

/** A case waits so long for what it wants to see, seconds: a guard, for no case wants to see nothing of a proxy that passes. */
const CASE_SECONDS = 15
const LIMIT_MS = 240_000

/** h2spec, 145 cases of HTTP/2 and HPACK, by prior knowledge. */
export const h2specPlain: Suite = suite('h2spec', 'h2spec, prior knowledge', false)

/** The same over TLS. */
export const h2specTls: Suite = suite('h2spec-tls', 'h2spec, TLS', true)

function suite(name: string, title: string, tls: boolean): Suite {
  return {
    name,
    title,
    tools: ['h2spec'],
    cases: 145,
    run: (program, tool) => withUpstream((upstream) => runCases(program, tool('h2spec'), upstream, tls)),
  }
}

function runCases(program: Program, h2spec: string, upstream: number, tls: boolean): Promise<SuiteResult> {
  return withProxy(
    program,
    (place) => configuration(place, upstream, tls),
    async (port, folder) => {
      const report = join(folder, 'h2spec.xml')
      const where = ['-h', '127.0.0.1', '-p', String(port), ...(tls ? ['-t', '-k'] : [])]
      const run = await runTool(h2spec, [...where, '-o', String(CASE_SECONDS), '-j', report], LIMIT_MS)
      if (run.status === null) throw new Error(`h2spec took longer than ${LIMIT_MS} ms`)
      return readReport(readFileSync(report, 'utf8'))
    },
  )
}

/** Over TLS, ALPN decides; without it, a listener for HTTP/2 alone: one for both would take a broken preface for HTTP/1. */
async function configuration(
  { port, adminPort, folder }: ProxyPlace,
  upstream: number,
  tls: boolean,
): Promise<unknown> {
  const listeners = tls
    ? [listener(port, httpManager(), await serverTls(folder))]
    : [listener(port, httpManager({ fields: { codec_type: 'HTTP2' } }))]
  return bootstrap({ adminPort, listeners, clusters: [cluster(upstream)] })
}

async function serverTls(folder: string): Promise<unknown> {
  const certificates = await writeCertificateFiles(folder, 'spiffe://cluster.local/ns/default/sa/server')
  return downstreamTls({ certificates, alpn: ['h2', 'http/1.1'] })
}

/** Answers everything with a body: some cases need DATA to see flow control. */
async function withUpstream<T>(work: (port: number) => Promise<T>): Promise<T> {
  const server = createServer((request, response) => {
    request.resume()
    response.end('conformance\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await work((server.address() as AddressInfo).port)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

/** JUnit: a testcase holds a failure (or error), or nothing. Skipped cases count as failed: none needs to be. */
export function readReport(xml: string): SuiteResult {
  const failures: Failure[] = []
  let passed = 0
  for (const [, attributes = '', content = ''] of xml.matchAll(/<testcase ([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs)) {
    if (!/<(?:failure|error|skipped)/.test(content)) passed += 1
    else failures.push({ name: nameOf(attributes), reason: textOf(content) })
  }
  return { passed, failures }
}

function nameOf(attributes: string): string {
  const attribute = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? ''
  return `${attribute('package')} ${attribute('classname')}`
}

function textOf(xml: string): string {
  return xml
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#x?[0-9a-fA-F]+;/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}
