import type { BuildCommand } from './command.ts'

export interface CommandEntry {
  readonly name: string
  readonly aliases?: readonly string[]
  readonly summary: string
  /** Only the command that runs is loaded. */
  readonly load: () => Promise<{ readonly build: BuildCommand }>
}

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'up',
    summary: 'run a mesh on this machine from a directory of YAML',
    load: () => import('./commands/up.ts'),
  },
  { name: 'down', summary: 'end the mesh that runs on this machine', load: () => import('./commands/down.ts') },
  { name: 'apply', summary: 'create or change objects', load: () => import('./commands/apply.ts') },
  { name: 'delete', summary: 'remove objects', load: () => import('./commands/delete.ts') },
  { name: 'get', summary: 'show objects', load: () => import('./commands/get.ts') },
  { name: 'edit', summary: 'change an object in an editor', load: () => import('./commands/edit.ts') },
  { name: 'wait', summary: 'block until an object is live in every proxy', load: () => import('./commands/wait.ts') },
  {
    name: 'schema',
    summary: 'JSON Schema of a kind for editors, or its CRD',
    load: () => import('./commands/schema.ts'),
  },
  { name: 'validate', summary: 'check files, each document by itself', load: () => import('./commands/validate.ts') },
  {
    name: 'analyze',
    summary: 'find what will not do what its author thinks, across objects',
    load: () => import('./commands/analyze.ts'),
  },
  {
    name: 'translate',
    summary: 'the xDS that a proxy would get for some files',
    load: () => import('./commands/translate.ts'),
  },
  {
    name: 'describe',
    summary: 'which objects act on a Pod, a Service or a Deployment',
    load: () => import('./commands/describe.ts'),
  },
  { name: 'route', summary: 'where a request would go, and why', load: () => import('./commands/route.ts') },
  {
    name: 'proxy-status',
    aliases: ['ps'],
    summary: 'which proxies are in sync',
    load: () => import('./commands/proxy-status.ts'),
  },
  {
    name: 'proxy-config',
    aliases: ['pc'],
    summary: 'what a proxy runs',
    load: () => import('./commands/proxy-config.ts'),
  },
  { name: 'canary', summary: 'ship a new version, step by step', load: () => import('./commands/canary.ts') },
  { name: 'tap', summary: 'requests of the mesh as they happen', load: () => import('./commands/tap.ts') },
  {
    name: 'trace',
    summary: 'traces that were slow or failed, and the spans of one',
    load: () => import('./commands/trace.ts'),
  },
  { name: 'top', summary: 'a live table of requests by route', load: () => import('./commands/top.ts') },
  {
    name: 'metrics',
    summary: 'success rate, requests per second and latency of workloads',
    load: () => import('./commands/metrics.ts'),
  },
  { name: 'logs', summary: 'access logs and what containers print', load: () => import('./commands/logs.ts') },
  { name: 'control-plane', summary: 'the control plane itself', load: () => import('./commands/control-plane.ts') },
  { name: 'proxy', summary: 'the data plane itself', load: () => import('./commands/proxy.ts') },
  { name: 'version', summary: 'versions of this program and of the mesh', load: () => import('./commands/version.ts') },
  { name: 'completion', summary: 'completion for bash, zsh or fish', load: () => import('./commands/completion.ts') },
]

/** The entry for a word of the command line; undefined for what is none. */
export function findCommand(word: string | undefined): CommandEntry | undefined {
  return COMMANDS.find(({ name, aliases }) => name === word || aliases?.includes(word ?? '') === true)
}
