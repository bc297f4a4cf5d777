import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** What one container of one Pod wrote. */
export interface LogFile {
  readonly path: string
  readonly namespace: string
  readonly pod: string
  readonly container: string
}

export interface LogFilter {
  readonly container: string
  readonly namespace?: string
  /** A Pod, a beginning of its name, `pod/NAME` or `deploy/NAME`; undefined for all. */
  readonly pod?: string
}

/** `<state>/logs/<namespace>_<pod>_<container>.log`, in order of names; none of the three can have an underscore. */
export async function listLogFiles(stateDir: string): Promise<readonly LogFile[]> {
  const folder = join(stateDir, 'logs')
  const names = await readdir(folder).catch(() => [])
  return names.sort().flatMap((name) => {
    const [, namespace, pod, container] = /^([^_]+)_([^_]+)_([^_]+)\.log$/.exec(name) ?? []
    if (namespace === undefined || pod === undefined || container === undefined) return []
    return [{ path: join(folder, name), namespace, pod, container }]
  })
}

/** A Pod's full name wins over names that only begin with it. */
export function selectLogs(files: readonly LogFile[], filter: LogFilter): readonly LogFile[] {
  const candidates = files.filter(
    ({ container, namespace }) =>
      container === filter.container && (filter.namespace === undefined || filter.namespace === namespace),
  )
  if (filter.pod === undefined) return candidates
  const { deployment, name } = parseTarget(filter.pod)
  const exact = candidates.filter(
    ({ pod, namespace }) => !deployment && (pod === name || `${pod}.${namespace}` === name),
  )
  if (exact.length > 0) return exact
  return candidates.filter(({ pod }) => (deployment ? deploymentOf(pod) === name : pod.startsWith(name)))
}

function parseTarget(word: string): { readonly deployment: boolean; readonly name: string } {
  const [kind, name] = word.split('/')
  if (name === undefined) return { deployment: false, name: word }
  return { deployment: kind?.startsWith('deploy') === true, name }
}

/** Pods of Deployments are named `<deployment>-<template hash>-<suffix>`. */
function deploymentOf(pod: string): string {
  return pod.split('-').slice(0, -2).join('-')
}
