import {
  combinedSchema,
  customResourceDefinition,
  findKind,
  isCustom,
  jsonSchemaOf,
  type Kind,
  kinds,
} from '@mizzen/api'
import { MizzenError } from '@mizzen/base'
import { Command, Option } from 'commander'
import type { BuildCommand, CommandContext } from '../command.ts'
import { toJson, toYaml } from '../print/objects.ts'

interface Options {
  readonly output: 'json' | 'crd'
}

export const build: BuildCommand = (context) =>
  new Command('schema')
    .description('The shape of a kind: JSON Schema for the YAML language server of editors, or its definition (CRD).')
    .argument('[kind]', 'as vs, VirtualService or gateways.gateway.networking.k8s.io; all kinds in one without')
    .addOption(new Option('-o, --output <form>', 'form of the output').choices(['json', 'crd']).default('json'))
    .addHelpText(
      'after',
      '\nExample: mizzen schema > mizzen.schema.json\n' +
        '         then, as the first line of a manifest: # yaml-language-server: $schema=mizzen.schema.json\n' +
        '         mizzen schema virtualservice -o crd',
    )
    .action((word: string | undefined, options: Options) => schema(word, options, context))

function schema(word: string | undefined, { output }: Options, { io }: CommandContext): void {
  const kind = word === undefined ? undefined : known(word)
  if (output === 'json') {
    io.out(toJson(kind === undefined ? combinedSchema(kinds) : jsonSchemaOf(kind)))
    return
  }
  if (kind !== undefined && !isCustom(kind)) {
    throw new MizzenError('usage', `${kind.kind} is Kubernetes' own, or the Gateway API's: no definition of ours`)
  }
  const wanted = kind === undefined ? kinds.filter(isCustom) : [kind]
  io.out(wanted.map((one) => toYaml(customResourceDefinition(one))).join('---\n'))
}

function known(word: string): Kind {
  const kind = findKind(word)
  if (kind !== undefined) return kind
  const hint = `there are ${kinds.map(({ kind: name }) => name).join(', ')}`
  throw new MizzenError('usage', `there is no kind ${JSON.stringify(word)}`, { hint })
}
