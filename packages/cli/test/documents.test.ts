import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseReference, parseReferences } from '../src/documents/object-reference.ts'
import { parseCall, parseCalls } from '../src/documents/read-calls.ts'
import { objectsIn, readDocuments } from '../src/documents/read-documents.ts'
import type { Io } from '../src/io.ts'

describe('parseReferences', () => {
  const short = (words: string[]) => parseReferences(words).map(({ kind, name }) => [kind.kind, name])

  it('reads kinds and names as kubectl does', () => {
    expect(short(['vs'])).toEqual([['VirtualService', undefined]])
    expect(short(['vs,dr'])).toEqual([
      ['VirtualService', undefined],
      ['DestinationRule', undefined],
    ])
    expect(short(['pods', 'a', 'b'])).toEqual([
      ['Pod', 'a'],
      ['Pod', 'b'],
    ])
    expect(short(['vs/a', 'deploy/b'])).toEqual([
      ['VirtualService', 'a'],
      ['Deployment', 'b'],
    ])
    expect(short(['all']).map(([kind]) => kind)).toEqual(['Pod', 'Service', 'Deployment', 'ReplicaSet'])
  })

  it.each([[['nope']], [['vs/']], [['vs/a/b']], [['vs/a', 'b']]])('refuses %j', (words) => {
    expect(() => parseReferences(words)).toThrow()
  })

  it('reads one object where one is needed', () => {
    expect(parseReference(['vs', 'a'])).toMatchObject({ name: 'a' })
    expect(() => parseReference(['vs'])).toThrow('name one object')
    expect(() => parseReference(['vs', 'a', 'b'])).toThrow('name one object')
  })
})

describe('parseCall', () => {
  it('reads a URL with the options of curl', () => {
    const header = ['Host: shop.example.com', 'X-User:  alice ']
    expect(parseCall('http://127.0.0.1:8080/a?b=c', { request: 'POST', header })).toEqual({
      port: 8080,
      protocol: 'HTTP',
      tls: 'Plaintext',
      hostHeader: 'shop.example.com',
      path: '/a?b=c',
      method: 'POST',
      headers: { 'x-user': 'alice' },
    })
    expect(parseCall('https://a.example.com')).toMatchObject({
      port: 443,
      tls: 'TLS',
      hostHeader: 'a.example.com',
      path: '/',
    })
  })

  it('reads JSON', () => {
    expect(parseCall('{"port": 80, "path": "/x"}')).toEqual({ port: 80, path: '/x' })
    expect(parseCalls('[{"port": 80}]', 'f')).toEqual([{ port: 80 }])
  })

  it.each(['{', 'ftp://x', 'nothing'])('refuses %s', (text) => {
    expect(() => parseCall(text)).toThrow('--call')
  })

  it('refuses a file without an array', () => {
    expect(() => parseCalls('{}', 'calls.json')).toThrow('calls.json must hold a JSON array')
  })
})

describe('readDocuments', () => {
  let folder: string
  const io = (stdin = '') => ({ cwd: folder, readStdin: async () => stdin }) as unknown as Io
  const rule = (name: string, namespace = '') =>
    `apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: ${name}${namespace}}\nspec: {host: h}\n`

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mizzen-cli-'))
    await mkdir(join(folder, 'dir', 'deep'), { recursive: true })
    await mkdir(join(folder, 'dir', '.hidden'))
    await writeFile(join(folder, 'dir', 'b.yaml'), rule('b'))
    await writeFile(join(folder, 'dir', 'deep', 'a.yml'), `${rule('a', ', namespace: own')}---\n${rule('a2')}`)
    await writeFile(join(folder, 'dir', '.hidden', 'c.yaml'), rule('c'))
    await writeFile(join(folder, 'dir', 'notes.txt'), 'none of ours: [')
    await mkdir(join(folder, 'empty'))
  })

  afterAll(() => rm(folder, { recursive: true }))

  it('reads directories in order, and gives the namespace to those that have none', async () => {
    const { documents, invalid } = await readDocuments(['dir'], io())
    expect(invalid).toBe(false)
    const names = objectsIn(documents, 'mine').map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
    expect(names).toEqual(['mine/b', 'own/a', 'mine/a2'])
  })

  it('reads standard input, and finds problems with their place', async () => {
    const { problems, invalid } = await readDocuments(
      ['-'],
      io(`${rule('a')}  hostz: 1\n`.replace('{host: h}', '\n  host: h')),
    )
    expect(invalid).toBe(true)
    expect(problems[0]).toMatchObject({ path: 'spec.hostz', place: { file: 'stdin', line: 6 } })
  })

  it('says what it cannot read', async () => {
    await expect(readDocuments(['nothing.yaml'], io())).rejects.toThrow(
      "can't read nothing.yaml: there is no such file",
    )
    await expect(readDocuments(['empty'], io())).rejects.toThrow('no YAML or JSON file in empty')
  })
})
