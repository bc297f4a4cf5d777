import { CODES, type Code } from '../codes/codes.ts'
import type { Severity } from '../severity.ts'
import { type FindingJson, urlOf } from './finding-json.ts'

const LEVEL: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
}

/**
 * Findings as a SARIF 2.1.0 log, which code hosts show at the lines of a change. Rules are those that were found
 * (sections 3.19.23, 3.27.5); findings about objects that are in no file have a logical location only.
 */
export function sarif(findings: readonly FindingJson[], version: string): unknown {
  const ids = [...new Set(findings.map(({ code }) => code as Code))].sort()
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'mizzen analyze', version, rules: ids.map(rule) } },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) => result(finding, ids.indexOf(finding.code as Code))),
      },
    ],
  }
}

function rule(id: Code): unknown {
  const { name, severity, meaning, remedy } = CODES[id]
  return {
    id,
    name,
    shortDescription: { text: meaning },
    help: { text: remedy },
    ...(id.startsWith('IST') && { helpUri: urlOf(id) }),
    defaultConfiguration: { level: LEVEL[severity] },
  }
}

function result(finding: FindingJson, ruleIndex: number): unknown {
  const { code, severity, message, kind, resource, file, line, column } = finding
  const region = line === null ? undefined : { startLine: line, ...(column !== null && { startColumn: column }) }
  const physical = file !== null && {
    physicalLocation: { artifactLocation: { uri: artifactUri(file) }, ...(region && { region }) },
  }
  const logical = resource !== null && {
    logicalLocations: [{ fullyQualifiedName: `${kind} ${resource}`, kind: 'object' }],
  }
  return {
    ruleId: code,
    ruleIndex,
    level: LEVEL[severity],
    message: { text: message },
    locations: physical || logical ? [{ ...physical, ...logical }] : [],
  }
}

/** Relative references keep the log valid wherever the repository is checked out. */
function artifactUri(file: string): string {
  return file.split(/[/\\]/).map(encodeURIComponent).join('/')
}
