/** YAML that has a mistake, and the same as it should be. */
export interface Example {
  readonly mistake: string
  readonly fix: string
}

/** Takes apart the text of `examples/CODE.yaml`: what follows `# mistake`, and what follows `# fix`. */
export function exampleOf(text: string): Example {
  const [mistake = '', fix = ''] = text.split(/^# fix\n/m)
  return { mistake: mistake.replace(/^# mistake\n/, ''), fix }
}
