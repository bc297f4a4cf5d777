/** The grammars of names, each as its owner defines it. All are pure tests of a text. */

const LABEL_1123 = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const LABEL_ANY_CASE = /^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/
const WILDCARD_LABEL = /^(\*|(\*|\*-)?[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?)$/
const QUALIFIED_NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/

/** RFC 1123 label in lower case, Kubernetes' rule: names of namespaces. */
export function isNamespaceName(text: string): boolean {
  return text.length <= 63 && LABEL_1123.test(text)
}

/** RFC 1123 label in either case, Istio's rule: subsets, ports, parts of hosts. */
export function isDnsLabel(text: string): boolean {
  return text.length <= 63 && LABEL_ANY_CASE.test(text)
}

/** A label that may be `*`, or start with `*` or `*-`. */
export function isWildcardLabel(text: string): boolean {
  return text.length <= 63 && WILDCARD_LABEL.test(text)
}

/** Dot-separated RFC 1123 labels: names of most objects. */
export function isObjectName(text: string): boolean {
  return text.length <= 253 && text.split('.').every((label) => LABEL_1123.test(label))
}

/** `name` or `prefix.example/name`. */
export function isLabelName(text: string): boolean {
  const slash = text.indexOf('/')
  if (slash !== -1 && !isObjectName(text.slice(0, slash))) return false
  const name = text.slice(slash + 1)
  return name.length <= 63 && QUALIFIED_NAME.test(name)
}

export function isLabelValue(text: string): boolean {
  return text === '' || (text.length <= 63 && QUALIFIED_NAME.test(text))
}
