import { MizzenError } from '@mizzen/base'

/** A piece of a format string: text as it stands, or one `%COMMAND(arguments):LENGTH%`. */
export type Segment =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'command'; readonly command: Command }

export interface Command {
  /** As written: `REQ`, `START_TIME`. */
  readonly name: string
  /** What stands between the brackets; undefined without brackets. */
  readonly args: string | undefined
  /** Longest value in characters; undefined = no limit. */
  readonly maxLength: number | undefined
}

/** Name, optional bracketed arguments (which may hold `%`, as time formats do), optional length. */
const COMMAND = /%([A-Z0-9_]+)(?:\(([^()]*)\))?(?::(\d+))?%/y

/**
 * Splits a template of Envoy's format language (Envoy: configuration/observability/access_log/usage).
 * `%%` is a percent sign. Throws MizzenError `bad-format` with `path` for anything that is no command.
 */
export function parseTemplate(template: string, path: string): readonly Segment[] {
  const segments: Segment[] = []
  let text = ''
  let at = 0
  while (at < template.length) {
    const percent = template.indexOf('%', at)
    if (percent === -1) break
    text += template.slice(at, percent)
    if (template[percent + 1] === '%') {
      text += '%'
      at = percent + 2
      continue
    }
    if (text !== '') segments.push({ kind: 'text', text })
    text = ''
    const command = parseCommand(template, percent, path)
    segments.push({ kind: 'command', command: command.value })
    at = command.end
  }
  text += template.slice(at)
  if (text !== '') segments.push({ kind: 'text', text })
  return segments
}

function parseCommand(template: string, at: number, path: string): { value: Command; end: number } {
  COMMAND.lastIndex = at
  const found = COMMAND.exec(template)
  if (found === null) {
    throw new MizzenError('bad-format', `"${template.slice(at, at + 40)}" is not a format command`, {
      path,
      hint: 'a percent sign is written %%',
    })
  }
  const [whole, name, args, length] = found
  return {
    value: { name: name as string, args, maxLength: length === undefined ? undefined : Number(length) },
    end: at + whole.length,
  }
}
