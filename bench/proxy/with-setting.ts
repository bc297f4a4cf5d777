import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeCertificateFiles } from '../../test/certificate-files.ts'
import { requiredTool } from '../required-tool.ts'
import { startUpstreams } from '../upstream/upstreams.ts'
import { BENCH_IDENTITY } from './hops.ts'
import type { Setting } from './setting.ts'

export type SettingOptions = Pick<Setting, 'seconds' | 'runs' | 'contenders' | 'signal' | 'say'>

/** Starts what all measurements share, and ends and removes it after `work`. @throws BenchError if a tool is missing */
export async function withSetting<T>(options: SettingOptions, work: (setting: Setting) => Promise<T>): Promise<T> {
  const tools = { wrk: requiredTool('wrk'), h2load: requiredTool('h2load'), openssl: requiredTool('openssl') }
  const nginx = requiredTool('nginx')
  const folder = mkdtempSync(join(memoryFolder(), 'mizzen-bench-'))
  try {
    // nginx reads its files as another user.
    chmodSync(folder, 0o711)
    const [upstreamFolder, rsaFolder] = ['upstream', 'rsa'].map((name) => join(folder, name)) as [string, string]
    for (const path of [upstreamFolder, rsaFolder]) mkdirSync(path)
    const certificates = await writeCertificateFiles(folder, BENCH_IDENTITY)
    const rsaCertificates = await writeCertificateFiles(rsaFolder, BENCH_IDENTITY, 'rsa')
    const upstreams = await startUpstreams(nginx, upstreamFolder)
    try {
      return await work({ ...options, ...tools, upstreams, certificates, rsaCertificates, folder })
    } finally {
      await upstreams.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A folder in memory where there is one, so that no disk takes part. */
function memoryFolder(): string {
  return statSync('/dev/shm', { throwIfNoEntry: false })?.isDirectory() ? '/dev/shm' : tmpdir()
}
