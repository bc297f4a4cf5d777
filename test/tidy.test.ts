/** The rules of the house that no compiler checks. CONTRIBUTING.md says why they are there. */
import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ARROWS, PROTOBUF_EDGE, PURE_DISCOVERY, PURE_FOLDERS } from './tidy/arrows.ts'
import { findCycles } from './tidy/cycles.ts'
import { isThere, mentionsIn } from './tidy/documents.ts'
import { type Import, importsOf } from './tidy/imports.ts'
import { files, manifests, packageOf, read, sources } from './tidy/repository.ts'
import { codeOnly, lineAt } from './tidy/source-text.ts'

/** One line for each thing that breaks a rule; the tests want none. */
type Offences = string[]

const imports = new Map(sources.map((file) => [file, importsOf(read(file))]))

function eachImport(check: (file: string, entry: Import) => boolean, why: string): Offences {
  return [...imports].flatMap(([file, entries]) =>
    entries
      .filter((entry) => check(file, entry))
      .map((entry) => `${file}:${entry.line} imports ${entry.specifier}: ${why}`),
  )
}

/** Places in code (not in comments or strings) where the pattern matches. */
function inCode(among: readonly string[], pattern: RegExp, why: string): Offences {
  return among.flatMap((file) => {
    const code = codeOnly(read(file), 'blank')
    return [...code.matchAll(pattern)].map((match) => `${file}:${lineAt(code, match.index)} ${match[0].trim()}: ${why}`)
  })
}

const ourPackage = (specifier: string) => /^@mizzen\/([^/]+)/.exec(specifier)?.[1]
const isTypeScript = (file: string) => /\.(?:ts|tsx)$/.test(file)
const resolveImport = (file: string, specifier: string) => posix.join(posix.dirname(file), specifier)

describe('packages', () => {
  const folders = [...new Set(files.filter((file) => file.startsWith('packages/')).map(packageOf))]

  it('are in the design', () => {
    expect(folders.filter((name) => ARROWS[name] === undefined)).toEqual([])
  })

  it('have a README.md', () => {
    expect(folders.filter((name) => !files.includes(`packages/${name}/README.md`))).toEqual([])
  })

  it('import only what the arrows allow', () => {
    const forbidden = (file: string, { specifier }: Import) => {
      const target = ourPackage(specifier)
      return target !== undefined && target !== packageOf(file) && !ARROWS[packageOf(file)]?.includes(target)
    }
    expect(eachImport(forbidden, 'no such arrow in the design')).toEqual([])
  })

  it('declare only dependencies that the arrows allow', () => {
    const offences = [...manifests].flatMap(([file, manifest]) =>
      Object.keys(manifest.dependencies ?? {})
        .map(ourPackage)
        .filter(
          (target) =>
            target !== undefined && file.startsWith('packages/') && !ARROWS[packageOf(file)]?.includes(target),
        )
        .map((target) => `${file} depends on @mizzen/${target}: no such arrow in the design`),
    )
    expect(offences).toEqual([])
  })

  it('declare every package that they import', () => {
    const undeclared = (file: string, { specifier }: Import) => {
      if (/^(?:\.|node:|#)/.test(specifier)) return false
      const name = specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/')
      const manifest = manifests.get(`packages/${packageOf(file)}/package.json`)
      return manifest?.name !== name && manifest?.dependencies?.[name] === undefined
    }
    expect(eachImport(undeclared, 'not among the dependencies in its package.json')).toEqual([])
  })

  it('reach each other by name, not by path', () => {
    const escapes = (file: string, { specifier }: Import) =>
      specifier.startsWith('.') && !resolveImport(file, specifier).startsWith(`packages/${packageOf(file)}/`)
    expect(eachImport(escapes, 'leaves its package')).toEqual([])
  })

  it('have no import cycles', () => {
    const graph = new Map(
      [...imports].map(([file, entries]) => [
        file,
        entries.filter((entry) => entry.specifier.startsWith('.')).map((entry) => resolveImport(file, entry.specifier)),
      ]),
    )
    expect(findCycles(graph).map((cycle) => cycle.join(' → '))).toEqual([])
  })

  it('take of discovery, in validation, only pure functions', () => {
    const exporter = new Map(
      (imports.get('packages/discovery/src/index.ts') ?? []).flatMap((entry) =>
        entry.names.map((name) => [name, entry.specifier]),
      ),
    )
    const inner = (file: string, { specifier, names }: Import) =>
      packageOf(file) === 'validation' &&
      ourPackage(specifier) === 'discovery' &&
      names.some((name) => !PURE_DISCOVERY.test(exporter.get(name) ?? ''))
    expect(eachImport(inner, 'not from model/, translate/ or offline.ts')).toEqual([])
  })
})

describe('layers', () => {
  it('keep protobuf at the edge', () => {
    const generated = (file: string, { specifier }: Import) =>
      /^(?:@bufbuild\/protobuf|@mizzen\/xds\/gen)(?:\/|$)/.test(specifier) &&
      !PROTOBUF_EDGE.some((edge) => file.startsWith(edge))
    expect(eachImport(generated, 'protobuf types appear only at the edge')).toEqual([])
  })

  it('read process.env only in main.ts', () => {
    const others = sources.filter((file) => posix.basename(file) !== 'main.ts')
    expect(inCode(others, /\bprocess\s*\.\s*env\b/g, 'pass it as an argument from main.ts')).toEqual([])
  })

  const pure = sources.filter((file) =>
    file
      .split('/')
      .slice(3, -1)
      .some((folder) => PURE_FOLDERS.includes(folder)),
  )

  it('keep clock and randomness out of pure code', () => {
    const impure =
      /\bDate\s*\.\s*now\b|\bnew\s+Date\s*\(\s*\)|\bperformance\s*\.\s*now\b|\bMath\s*\.\s*random\b|\b(?:setTimeout|setInterval|setImmediate|queueMicrotask|fetch)\s*\(|\b(?:randomBytes|randomUUID|randomInt|getRandomValues)\b|\bsystemClock\b|\bprocess\s*\.\s*(?:hrtime|stdout|stderr|on)\b/g
    expect(inCode(pure, impure, 'pure code takes it as an argument')).toEqual([])
  })

  it('keep I/O out of pure code', () => {
    const io =
      /^node:(?:fs|net|tls|http|https|http2|dgram|dns|child_process|worker_threads|timers|perf_hooks|os|process|readline|sqlite)(?:\/|$)/
    const impure = (file: string, { specifier }: Import) => pure.includes(file) && io.test(specifier)
    expect(eachImport(impure, 'pure code does no I/O')).toEqual([])
  })
})

describe('files', () => {
  it('have names that say what is in them', () => {
    const vague = /(?:^|\/)(?:utils?|common|helpers?|misc)(?:\/|\.|$)/i
    expect(files.filter((file) => vague.test(file))).toEqual([])
  })

  it('are named in kebab-case', () => {
    const named = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9-]+)*\.(?:ts|tsx)$/
    expect(files.filter(isTypeScript).filter((file) => !named.test(posix.basename(file)))).toEqual([])
  })

  it('hold no generated code', () => {
    expect(files.filter((file) => /(?:^|\/)gen\//.test(file))).toEqual([])
  })

  it('name no folder of one machine', () => {
    // Put together here, so that this file does not name any either.
    const places = ['work', 'root', 'home/[a-z]\\w*', 'Users/[A-Za-z]\\w*', 'tmp/briefs']
    const path = new RegExp(`(?<![\\w./*})-])/(?:${places.join('|')})/`, 'g')
    expect(inText(path, 'a path of one machine')).toEqual([])
  })

  it('name no package registry', () => {
    const hosts = [
      ['registry', 'npmjs'],
      ['npmjs', 'com'],
      ['pypi', 'org'],
      ['pythonhosted', 'org'],
      ['proxy', 'golang'],
      ['deb', 'debian'],
    ]
    const host = new RegExp(hosts.map((parts) => `\\b${parts.join('\\.')}\\b`).join('|'), 'g')
    expect(inText(host, 'a registry is the business of each machine')).toEqual([])
  })
})

function inText(pattern: RegExp, why: string): Offences {
  return files.flatMap((file) => {
    const text = read(file)
    if (text.includes('\0')) return []
    return [...text.matchAll(pattern)].map((match) => `${file}:${lineAt(text, match.index)} ${match[0]}: ${why}`)
  })
}

describe('documents', () => {
  it('link to, and name, files that are there', () => {
    const offences = files
      .filter((file) => file.endsWith('.md'))
      .flatMap((file) =>
        mentionsIn(read(file))
          .filter((mention) => !isThere(mention, file, files))
          .map(({ name, index }) => `${file}:${lineAt(read(file), index)} ${name}: there is no such file`),
      )
    expect(offences).toEqual([])
  })
})

describe('manifests', () => {
  it('name exact versions', () => {
    const offences = [...manifests].flatMap(([file, { dependencies, devDependencies, optionalDependencies }]) =>
      Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
        .filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
        .map(([name, version]) => `${file}: ${name} ${version}`),
    )
    expect(offences).toEqual([])
  })

  it('are locked for every platform', () => {
    const { packages }: { packages: Record<string, { optionalDependencies?: object }> } = JSON.parse(
      read('package-lock.json'),
    )
    const known = new Set(Object.keys(packages).map((key) => key.split('node_modules/').at(-1)))
    const optional = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
    expect(
      optional.filter((name) => !known.has(name)),
      'npm run lock adds them; without them npm ci fails',
    ).toEqual([])
  })
})
