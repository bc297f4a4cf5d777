import { MizzenError } from '@mizzen/base'
import type { Entry, Report } from '@mizzen/rollout'
import { Command } from 'commander'
import { importCanaries } from '../canary/import.ts'
import { type PlanOptions, planCanary } from '../canary/plan.ts'
import { printReport, REPORT_FORMATS, readFormat } from '../canary/print-report.ts'
import { replayRecord } from '../canary/replay.ts'
import { type RunOptions, runCanary } from '../canary/run.ts'
import type { BuildCommand, CommandContext } from '../command.ts'
import { kindFor } from '../documents/kind-for.ts'
import { findMesh, type MeshOptions, withMeshOption } from '../mesh/find-mesh.ts'

const CANARY = kindFor({ apiVersion: 'mizzen.io/v1alpha1', kind: 'Canary' })

interface Options extends MeshOptions {
  readonly namespace: string
  readonly output: string
}

const VERBS: readonly (readonly [string, string])[] = [
  ['pause', 'holds the rollout at its present weight'],
  ['resume', 'goes on; sets weights again that somebody changed'],
  ['retry', 'begins a rolled-back rollout anew'],
  ['undo', 'takes a promoted version back, until the old one is cleaned up'],
  ['skip', 'ends the present step'],
]

export const build: BuildCommand = (context) => {
  const canary = new Command('canary').description('Ships a new version, step by step, on evidence; or takes it back.')
  canary.addHelpText('after', '\nExample: mizzen canary run -f examples/canary/canary.yaml --wait')
  canary.addCommand(runCommand(context))
  canary.addCommand(planCommand(context))
  canary.addCommand(reportCommand(context, 'status', 'where a rollout is'))
  canary.addCommand(reportCommand(context, 'explain', 'why it is there: timeline, numbers and their bounds'))
  canary.addCommand(promoteCommand(context))
  canary.addCommand(abortCommand(context))
  for (const [verb, text] of VERBS) canary.addCommand(verbCommand(context, verb, text))
  canary.addCommand(replayCommand(context))
  canary.addCommand(importCommand(context))
  return canary
}

function command(name: string): Command {
  return withMeshOption(new Command(name)).option('-n, --namespace <namespace>', 'namespace of the Canary', 'default')
}

function runCommand(context: CommandContext): Command {
  return command('run')
    .description('Applies a Canary with the new version, and with --wait blocks until it is promoted or rolled back.')
    .requiredOption('-f, --filename <path...>', 'file or directory; - is standard input')
    .option('--wait', 'exit status 0 only if it is promoted')
    .option('--timeout <duration>', 'wait no longer than this', '1h')
    .option('-o, --output <format>', 'text, json, yaml, junit or markdown', 'text')
    .addHelpText('after', '\nExample: mizzen canary run -f canary.yaml --wait -o json')
    .action((options: RunOptions) => runCanary(options, context))
}

function planCommand({ io }: CommandContext): Command {
  return command('plan')
    .description(
      'Says what a rollout would do step by step, how long it takes and what it could find. Changes nothing.',
    )
    .requiredOption('-f, --filename <path...>', 'file or directory with the Canary; - is standard input')
    .option('--rate <requests>', 'requests a second to plan for (default: what the mesh sees now)')
    .option('--errors <percent>', 'with --rate: requests of the stable version that fail', '0')
    .option('-o, --output <format>', 'text, json or yaml', 'text')
    .addHelpText('after', '\nExample: mizzen canary plan -f examples/canary/canary.yaml --rate 50')
    .action((options: PlanOptions) => planCanary(options, io))
}

function reportCommand({ io }: CommandContext, name: 'status' | 'explain', text: string): Command {
  return command(name)
    .description(`Says ${text}.`)
    .argument('<name>')
    .option('-o, --output <format>', 'text, json, yaml, junit or markdown', 'text')
    .addHelpText('after', `\nExample: mizzen canary ${name} myapp`)
    .action(async (canary: string, options: Options) => {
      const format = readFormat(options.output, REPORT_FORMATS)
      const report = await findMesh(options, io).subresource<Report | null>(CANARY, options.namespace, canary, 'report')
      if (report === null) {
        const hint = 'begin it with "mizzen canary run -f FILE"; one without trigger: manual begins by itself'
        throw new MizzenError('not-found', `nothing is recorded of ${canary} yet`, { hint })
      }
      io.out(printReport(canary, report, format, name === 'status'))
    })
}

function promoteCommand({ io }: CommandContext): Command {
  return command('promote')
    .description('Ends the pause that it is in; with --full gives the new version everything at once.')
    .argument('<name>')
    .option('--full', 'skip all steps and all judgement')
    .addHelpText('after', '\nExample: mizzen canary promote myapp --full')
    .action(async (name: string, options: Options & { readonly full?: boolean }) => {
      const verb = options.full === true ? 'promote-full' : 'promote'
      await findMesh(options, io).ask(CANARY, options.namespace, name, verb)
      io.out(`canary.mizzen.io/${name}: ${verb}\n`)
    })
}

function abortCommand({ io }: CommandContext): Command {
  return command('abort')
    .description('Takes the new version off all traffic, at once.')
    .argument('<name>')
    .option(
      '--to-last-good',
      'one step back only, to the last weight with nothing against it; waits there to be resumed',
    )
    .addHelpText('after', '\nExample: mizzen canary abort myapp')
    .action(async (name: string, options: Options & { readonly toLastGood?: boolean }) => {
      const verb = options.toLastGood === true ? 'step-back' : 'abort'
      await findMesh(options, io).ask(CANARY, options.namespace, name, verb)
      io.out(`canary.mizzen.io/${name}: ${verb}\n`)
    })
}

function verbCommand({ io }: CommandContext, verb: string, text: string): Command {
  return command(verb)
    .description(`${text[0]?.toUpperCase()}${text.slice(1)}.`)
    .argument('<name>')
    .addHelpText('after', `\nExample: mizzen canary ${verb} myapp`)
    .action(async (name: string, options: Options) => {
      await findMesh(options, io).ask(CANARY, options.namespace, name, verb)
      io.out(`canary.mizzen.io/${name}: ${verb}\n`)
    })
}

function replayCommand({ io }: CommandContext): Command {
  return command('replay')
    .description('Judges the recorded requests again, with other settings.')
    .argument('<name>')
    .option('--false-alarm <percent>', 'healthy canaries that may be cut', '1')
    .option('--miss <percent>', 'bad canaries that may pass', '5')
    .option('--minimum-effect <points>', 'difference of failure rates that must be found', '1')
    .option('--latency-effect <factor>', 'slowdown that must be found', '1.5')
    .option('-o, --output <format>', 'text, json or yaml', 'text')
    .addHelpText('after', '\nExample: mizzen canary replay myapp --minimum-effect 5')
    .action(async (name: string, options: Options & Readonly<Record<string, string>>) => {
      const entries = await findMesh(options, io).subresource<readonly Entry[]>(
        CANARY,
        options.namespace,
        name,
        'record',
      )
      io.out(replayRecord(name, entries, options))
    })
}

function importCommand({ io }: CommandContext): Command {
  return new Command('import')
    .description("Translates Flagger's Canary and Argo's Rollout; what has no counterpart is told on standard error.")
    .requiredOption('-f, --filename <path>', 'file; - is standard input')
    .addHelpText('after', '\nExample: mizzen canary import -f rollout.yaml > canary.yaml')
    .action(async ({ filename }: { readonly filename: string }) => importCanaries(filename, io))
}
