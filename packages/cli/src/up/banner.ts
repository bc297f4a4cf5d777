import type { GatewayTarget } from './gateway-target.ts'

export interface BannerFacts {
  readonly gateway: string
  readonly api: string
  readonly directory: string
  readonly readyMs: number
  readonly target: GatewayTarget | undefined
  /** A VirtualService of the directory, as `vs/NAME` and its file, to try things with. */
  readonly example: { readonly name: string; readonly file: string | undefined } | undefined
}

/** What a newcomer wants to know when the mesh is ready. */
export function banner(facts: BannerFacts): string {
  const host =
    facts.target !== undefined && !facts.gateway.endsWith(facts.target.host) ? ` -H 'Host: ${facts.target.host}'` : ''
  const lines = [
    '',
    `Mizzen is ready after ${(facts.readyMs / 1_000).toFixed(1)} s, from ${facts.directory}`,
    '',
    `  gateway   ${facts.gateway}`,
    `  API       ${facts.api}`,
    `  metrics   ${facts.api}/metrics`,
    '',
    'Try next:',
    ...(facts.target === undefined ? [] : [`  curl${host} ${facts.target.url}`]),
    ...exampleCommands(facts.example),
    '  npx mizzen proxy-status',
    '',
    'Ctrl-C ends it all.',
    '',
  ]
  return lines.join('\n')
}

function exampleCommands(example: BannerFacts['example']): readonly string[] {
  if (example === undefined) return ['  npx mizzen get vs,dr,gw -A']
  const edit =
    example.file === undefined ? `npx mizzen edit ${example.name}` : `edit the weights in ${example.file}, then:`
  return [`  ${edit}`, `  npx mizzen wait ${example.name} --for programmed`]
}
