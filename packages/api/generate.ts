/**
 * Writes `gen/envoy-messages.json`: the fields of every message of version 3 of Envoy's API, in the short form that
 * `src/envoy/envoy-messages.ts` reads, made from the .proto files that `@grpc/grpc-js-xds` ships.
 *
 * Runs at install (`npm ci`), and by hand as `npm run generate`.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import {
  createFileRegistry,
  type DescEnum,
  type DescField,
  type DescMessage,
  fromBinary,
  ScalarType,
} from '@bufbuild/protobuf'
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'

const require = createRequire(import.meta.url)
const OUT = join(import.meta.dirname, 'gen')
const ROOTS = ['envoy-api', 'googleapis', 'protoc-gen-validate', 'xds']
/** What may stand in a configuration: services are between programs. */
const SUBJECTS = [
  'envoy/config/**/v3/*.proto',
  'envoy/extensions/**/v3*/*.proto',
  'envoy/data/**/v3/*.proto',
  'envoy/type/**/*.proto',
]
const MORE_SUBJECTS = ['udpa/type/v1/*.proto', 'xds/type/**/*.proto', 'xds/core/**/*.proto']
/** Files that the shipped trees refer to and lack, with the messages that are wanted of them. What is in these is not checked. */
const NOT_SHIPPED: Readonly<Record<string, readonly string[]>> = {
  'opentelemetry/proto/common/v1/common.proto': ['AnyValue', 'KeyValue', 'KeyValueList'],
  'opencensus/proto/trace/v1/trace_config.proto': ['TraceConfig'],
}

/** Copies the wanted files, and all that they import, into `to`. */
function copyClosure(deps: string, to: string): void {
  const queue = ROOTS.flatMap((root) => globSync([...SUBJECTS, ...MORE_SUBJECTS], { cwd: join(deps, root) }))
  const seen = new Set<string>()
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file) || file.startsWith('google/protobuf/')) continue
    seen.add(file)
    const text = textOf(file, deps)
    mkdirSync(dirname(join(to, file)), { recursive: true })
    writeFileSync(join(to, file), text)
    for (const [, imported] of text.matchAll(/^import (?:public )?"([^"]+)";/gm)) queue.push(imported as string)
  }
}

function textOf(file: string, deps: string): string {
  const source = ROOTS.map((root) => join(deps, root, file)).find((path) => existsSync(path))
  // The shipped validate.proto is older than some of its users and lacks StringRules.ignore_empty.
  if (source !== undefined) return readFileSync(source, 'utf8').replaceAll(/(,\s*)?\bignore_empty:\s*true\b,?/g, '')
  const messages = NOT_SHIPPED[file]
  if (messages === undefined) throw new Error(`generate: ${file} is in none of ${ROOTS.join(', ')} below ${deps}`)
  const bodies = messages.map((name) => `message ${name} {}`)
  return [`syntax = "proto3";`, `package ${dirname(file).replaceAll('/', '.')};`, ...bodies].join('\n')
}

/** `string`, `=ENUM`, `.MESSAGE`; of a list with `[]` in front, of a map with `{}`. */
function typeOf(field: DescField): string {
  if (field.fieldKind === 'list') return `[]${valueType(field)}`
  return field.fieldKind === 'map' ? `{}${valueType(field)}` : valueType(field)
}

function valueType(field: DescField): string {
  if (field.message !== undefined) return `.${field.message.typeName}`
  return field.enum === undefined ? ScalarType[field.scalar!].toLowerCase() : `=${field.enum.typeName}`
}

function messageEntry(message: DescMessage) {
  const fields = Object.fromEntries(message.fields.map((field) => [field.name, typeOf(field)]))
  const oneofs = message.oneofs.map((oneof) => oneof.fields.map(({ name }) => name))
  return oneofs.length === 0 ? { fields } : { fields, oneofs }
}

function table(descriptors: Uint8Array) {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptors))
  const messages: Record<string, object> = {}
  const enums: Record<string, readonly string[]> = {}
  const wanted = (name: string) => !/^(?:google|validate|opentelemetry|opencensus)\./.test(name)
  for (const type of registry) {
    if (!wanted(type.typeName)) continue
    if (type.kind === 'message') messages[type.typeName] = messageEntry(type)
    else if (type.kind === 'enum') enums[type.typeName] = (type as DescEnum).values.map(({ name }) => name)
  }
  return { messages, enums }
}

function generate(): void {
  const deps = join(dirname(require.resolve('@grpc/grpc-js-xds/package.json')), 'deps')
  const work = mkdtempSync(join(tmpdir(), 'mizzen-envoy-'))
  try {
    copyClosure(deps, work)
    const output = join(work, 'descriptors.binpb')
    const args = ['build', '--as-file-descriptor-set', '-o', output]
    const run = spawnSync(require.resolve('@bufbuild/buf/bin/buf'), args, {
      cwd: work,
      encoding: 'utf8',
      timeout: 120_000,
    })
    if (run.status !== 0) throw new Error(`generate: buf failed\n${run.stderr || String(run.error)}`)
    mkdirSync(OUT, { recursive: true })
    writeFileSync(join(OUT, 'envoy-messages.json'), JSON.stringify(table(readFileSync(output))))
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

generate()
