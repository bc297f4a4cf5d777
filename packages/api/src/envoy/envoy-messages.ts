import { createRequire } from 'node:module'

/** A message of protobuf, by the names that its fields have in the .proto file. */
export interface EnvoyMessage {
  /** `string`, `int32`, …, `=ENUM`, `.MESSAGE`; of a list with `[]` in front, of a map with `{}`. */
  readonly fields: Readonly<Record<string, string>>
  /** Names of fields of which one may be set. */
  readonly oneofs?: readonly (readonly string[])[]
}

interface EnvoyMessages {
  readonly messages: Readonly<Record<string, EnvoyMessage>>
  readonly enums: Readonly<Record<string, readonly string[]>>
}

// A quarter of a megabyte, that only an EnvoyFilter needs; and rules wait for nobody.
const load = createRequire(import.meta.url)
let known: EnvoyMessages | undefined

/** Version 3 of Envoy's API, as far as configuration goes; what it refers to beyond (`google.protobuf.…`) is not in it. */
export function envoyMessages(): EnvoyMessages {
  known ??= load('../../gen/envoy-messages.json') as EnvoyMessages
  return known
}
