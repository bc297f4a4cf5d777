/** Documents that somebody wrote to hurt who reads them, with the code that each is refused with. */
const MEGABYTE = 1_000_000

const pod = (name: string) =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {containers: [{name: app}]}\n`
const virtualService = (http: string) =>
  `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a}\nspec:\n  hosts: [a]\n  http:\n${http}`
const bomb = () => {
  const level = (index: number) => `b${index}: &b${index} [${`*b${index - 1}, `.repeat(9)}]`
  return ['b0: &b0 [x]', ...Array.from({ length: 9 }, (_, index) => level(index + 1))].join('\n')
}

export const GOOD_DOCUMENT = pod('good')

export const HOSTILE_DOCUMENTS: Readonly<Record<string, { readonly text: () => string; readonly code: string }>> = {
  'an alias bomb': { text: bomb, code: 'bad-alias' },
  'an alias of itself': { text: () => 'a: &a [*a]', code: 'too-deep' },
  'a million aliases': { text: () => `a: &a x\nb:\n${'- *a\n'.repeat(200_000)}`, code: 'unusual-yaml' },
  'a million anchors': { text: () => '&a '.repeat(MEGABYTE / 3), code: 'unusual-yaml' },
  'a million tags': { text: () => '!!a '.repeat(MEGABYTE / 4), code: 'unusual-yaml' },
  '100,000 open brackets': { text: () => '['.repeat(100_000), code: 'too-deep' },
  '100,000 open braces': { text: () => '{a: '.repeat(100_000), code: 'too-deep' },
  '100,000 dashes': { text: () => '- '.repeat(100_000), code: 'too-deep' },
  '100,000 levels of keys': {
    text: () => Array.from({ length: 1_000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
    code: 'too-deep',
  },
  '100,000 complex keys': { text: () => '? '.repeat(100_000), code: 'unusual-yaml' },
  'complex keys in few characters': { text: () => `${'? '.repeat(400)}a`, code: 'unusual-yaml' },
  'a million commas': { text: () => `[${','.repeat(MEGABYTE)}]`, code: 'yaml-syntax' },
  'a million colons': { text: () => ': '.repeat(MEGABYTE / 2), code: 'yaml-syntax' },
  'a million question marks': { text: () => '?\n'.repeat(MEGABYTE / 2), code: 'unusual-yaml' },
  'half a million quotes': { text: () => '"\n'.repeat(MEGABYTE / 2), code: 'yaml-syntax' },
  'an open quote': { text: () => `a: "${'x'.repeat(MEGABYTE)}`, code: 'yaml-syntax' },
  'more than a document may hold': { text: () => `a: ${'x'.repeat(2 * MEGABYTE)}`, code: 'too-large' },
  'a key twice': { text: () => 'a: 1\nb: 2\na: 3', code: 'duplicate-key' },
  'a key twice among 20,000': {
    text: () => `${Array.from({ length: 19_000 }, (_, index) => `k${index}: x`).join('\n')}\nk7: y`,
    code: 'duplicate-key',
  },
  'a key twice among 50,000': {
    text: () => `${Array.from({ length: 50_000 }, (_, index) => `k${index}: x`).join('\n')}\nk7: y`,
    code: 'too-large',
  },
  'control characters': { text: () => `${pod('a')}# \0\n`, code: 'not-text' },
  'an expression of 5,000 characters': {
    text: () =>
      virtualService(`  - match: [{uri: {regex: "${'a'.repeat(5_000)}"}}]\n    route: [{destination: {host: a}}]`),
    code: 'bad-regex',
  },
  'an expression that grows': {
    text: () =>
      virtualService(`  - match: [{uri: {regex: "${'.{1000}'.repeat(140)}"}}]\n    route: [{destination: {host: a}}]`),
    code: 'regex-too-complex',
  },
  'thousands of expressions': {
    text: () =>
      virtualService(
        Array.from(
          { length: 5_000 },
          (_, index) => `  - match: [{uri: {regex: "(a{20}){20}${index}"}}]\n    route: [{destination: {host: a}}]\n`,
        ).join(''),
      ),
    code: 'regex-too-complex',
  },
  'wrong everywhere': {
    text: () => virtualService('  - {rout: 1, timeuot: 2, retries: {atempts: x}}\n'.repeat(18_000)),
    code: 'unknown-field',
  },
  'unknown words far from any known': {
    text: () =>
      virtualService(`  - {${Array.from({ length: 20_000 }, (_, index) => `unknownfield${index}: 1`).join(', ')}}\n`),
    code: 'unknown-field',
  },
  'hosts that overlap, among 30,000': {
    text: () => {
      const hosts = Array.from(
        { length: 30_000 },
        (_, index) => `"${index % 2 === 0 ? '*.' : ''}h${index}.example.com"`,
      )
      return virtualService('  - route: [{destination: {host: a}}]\n').replace(
        '[a]',
        `[${hosts.join(', ')}, h0.h0.example.com]`,
      )
    },
    code: 'duplicate',
  },
  'server names among 10,000 hosts': {
    text: () => {
      const hosts = Array.from({ length: 10_000 }, (_, index) => `h${index}.example.com`)
      const names = [...hosts.toReversed(), 'other.example.com'].join(', ')
      return virtualService('')
        .replace('[a]', `[${hosts.join(', ')}]`)
        .replace('  http:\n', `  tls: [{match: [{sniHosts: [${names}]}], route: [{destination: {host: a}}]}]`)
    },
    code: 'bad-host',
  },
  'prefixes that none covers, but one': {
    text: () => {
      const prefix = (index: number) => `    - uri: {prefix: "/p${index}x"}\n`
      const prefixes = Array.from({ length: 20_000 }, (_, index) => prefix(index)).join('')
      return virtualService(`  - match:\n${prefixes}    - uri: {prefix: "/p7xy"}\n    - method: {prefix: ""}\n`)
    },
    code: 'empty-match',
  },
  'localities that overlap, among 20,000': {
    text: () => {
      const shares = Array.from({ length: 20_000 }, (_, index) => `{from: r${index}, to: {a: 100}}`).join(', ')
      const policy = `loadBalancer: {localityLbSetting: {distribute: [${shares}, {from: r7/z, to: {a: 100}}]}}`
      return `apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: a}\nspec: {host: a, trafficPolicy: {${policy}}}`
    },
    code: 'duplicate',
  },
  'thousands of CEL expressions': {
    text: () => {
      const filter = (index: number) => `  - filter: {expression: "response.code >= ${index}"}\n`
      const filters = Array.from({ length: 10_000 }, (_, index) => filter(index)).join('')
      return `apiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: {name: a}\nspec:\n  accessLogging:\n${filters}`
    },
    code: 'bad-expression',
  },
}
