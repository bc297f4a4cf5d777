import { posix } from 'node:path'

/** What a document says is there. */
export interface Mention {
  /** As it is written. */
  readonly name: string
  readonly index: number
  /** Links are paths from the document's folder; names may be any last part of a path. */
  readonly isLink: boolean
}

/** Relative links, and names of TypeScript files between backquotes. */
export function mentionsIn(markdown: string): readonly Mention[] {
  const links = [...markdown.matchAll(/\]\((?![a-z]+:)([^)#\s]+)(?:#[^)]*)?\)/g)]
  const names = [...markdown.matchAll(/`([\w./-]+\.ts)`/g)]
  return [
    ...links.map(({ 1: name = '', index }) => ({ name, index, isLink: true })),
    ...names.map(({ 1: name = '', index }) => ({ name, index, isLink: false })),
  ]
}

/** @param files of the repository */
export function isThere({ name, isLink }: Mention, document: string, files: readonly string[]): boolean {
  const path = posix.join(posix.dirname(document), name).replace(/\/$/, '')
  if (isLink || name.startsWith('.')) return files.some((file) => file === path || file.startsWith(`${path}/`))
  return files.some((file) => `/${file}`.endsWith(`/${name}`))
}
