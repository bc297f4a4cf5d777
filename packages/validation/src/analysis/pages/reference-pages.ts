import { CODES, type Code } from '../codes/codes.ts'
import { type Example, exampleOf } from './example.ts'

/**
 * The reference pages about analysis, by file name: one for each code, and an index.
 * @param exampleText of `examples/CODE.yaml`; undefined for codes that no file alone can show
 */
export function analysisPages(exampleText: (code: Code) => string | undefined): ReadonlyMap<string, string> {
  const codes = Object.keys(CODES) as Code[]
  const pages = codes.map((code) => {
    const text = exampleText(code)
    return [`${code}.md`, page(code, text === undefined ? undefined : exampleOf(text))] as const
  })
  return new Map([['README.md', indexPage(codes)], ...pages])
}

const GENERATED = '<!-- Made by scripts/analysis-pages.ts. -->'

function page(code: Code, example: Example | undefined): string {
  const { name, severity, meaning, remedy } = CODES[code]
  const parts = [GENERATED, `# ${code} ${name}`, `Severity: ${severity}`, meaning, `**What to do:** ${remedy}`]
  if (example !== undefined) {
    parts.push('## The mistake', fenced(example.mistake), '## The fix', fenced(example.fix))
  }
  parts.push('## Where it is meant', suppression(code))
  return `${parts.join('\n\n')}\n`
}

function fenced(yaml: string): string {
  return `\`\`\`yaml\n${yaml.trim()}\n\`\`\``
}

function suppression(code: Code): string {
  const command = `mizzen analyze --suppress "${code}=KIND NAME.NAMESPACE"`
  return `\`${command}\`, or the annotation \`galley.istio.io/analyze-suppress: ${code}\` on the object.`
}

function indexPage(codes: readonly Code[]): string {
  const rows = codes.map((code) => {
    const { name, severity, meaning } = CODES[code]
    return `| [${code}](${code}.md) | ${name} | ${severity} | ${meaning} |`
  })
  const head = ['| code | name | severity | meaning |', '|---|---|---|---|']
  const intro =
    'What `mizzen analyze` finds. Codes that start with IST are Istio’s, those with MZN are of Mizzen alone.'
  return `${[GENERATED, '# Findings of the analysis', intro, [...head, ...rows].join('\n')].join('\n\n')}\n`
}
