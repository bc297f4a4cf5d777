/** Paths of fields as people read them: `spec.http[0].headers["x-user"]`. */

const PLAIN_NAME = /^[A-Za-z_][\w-]*$/

/** The path of the field `name` in the object at `parent` ('' for the document). */
export function fieldPath(parent: string, name: string): string {
  if (!PLAIN_NAME.test(name)) return `${parent}[${JSON.stringify(name)}]`
  return parent === '' ? name : `${parent}.${name}`
}

/** The path of an item of the list at `parent`. */
export function itemPath(parent: string, index: number): string {
  return `${parent}[${index}]`
}

const STEP = /\.?([A-Za-z_][\w-]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y

/** The steps of a path: names and list positions. What can't be read ends the list. */
export function pathSteps(path: string): readonly (string | number)[] {
  const steps: (string | number)[] = []
  STEP.lastIndex = 0
  for (let step = STEP.exec(path); step !== null; step = STEP.exec(path)) {
    if (step[1] !== undefined) steps.push(step[1])
    else if (step[2] !== undefined) steps.push(Number(step[2]))
    else steps.push(JSON.parse(step[3]!) as string)
  }
  return steps
}

/** The path as far as the object has it, with the first step that it lacks: what a person can go to, or add. */
export function reachablePath(path: string, object: unknown): string {
  let value = object
  let reached = ''
  for (const step of pathSteps(path)) {
    if (typeof value !== 'object' || value === null) break
    reached = typeof step === 'number' ? itemPath(reached, step) : fieldPath(reached, step)
    value = Object.hasOwn(value, step) ? (value as Readonly<Record<string | number, unknown>>)[step] : undefined
  }
  return reached
}

/** What the object has at the path; undefined if it has not got that far. */
export function valueAt(path: string, object: unknown): unknown {
  return pathSteps(path).reduce<unknown>((value, step) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    return (value as Readonly<Record<string | number, unknown>>)[step]
  }, object)
}
