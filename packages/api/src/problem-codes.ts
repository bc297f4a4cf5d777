/** What a code means, and when what it says holds for a document of which parts could not be read. */
export interface CodeFacts {
  readonly meaning: string
  readonly remedy: string
  /**
   * `value`: said of one value, whatever else there is. `part`: said of what stands, or doesn't, in one message. `whole`:
   * said of parts that are far from each other. What is not sure is not said.
   */
  readonly about: 'value' | 'part' | 'whole'
}

const value = (meaning: string, remedy: string): CodeFacts => ({ meaning, remedy, about: 'value' })
const part = (meaning: string, remedy: string): CodeFacts => ({ meaning, remedy, about: 'part' })
const whole = (meaning: string, remedy: string): CodeFacts => ({ meaning, remedy, about: 'whole' })

/** Every code of a Problem that this package gives. They are stable: scripts may branch on them. */
export const PROBLEM_CODES = {
  // The text
  'yaml-syntax': value('The text is not YAML.', 'Look at the place for a wrong indentation, quote or bracket.'),
  'not-text': value('A control character, or bytes that are not UTF-8.', 'Save the file as UTF-8 text.'),
  'duplicate-key': value('A field is written twice in one object; only one would count.', 'Keep one of them.'),
  'bad-alias': value('A YAML alias names nothing, itself, or too much.', 'Write the value out.'),
  'unusual-yaml': value(
    'A long document uses anchors, tags or other things that manifests seldom have; reading them is slow.',
    'Write the document without them, or make it shorter.',
  ),
  'too-deep': value('Objects and lists are nested beyond the limit.', 'No kind needs it: look for a wrong bracket.'),
  'too-large': value('A text or document is beyond the limit.', 'Split it.'),
  'too-many-documents': value('A text holds more documents than the limit.', 'Split the file.'),
  // The document
  'not-an-object': value('A document is a text, number or list.', 'Write apiVersion, kind and metadata.'),
  'not-a-manifest': value('A document has neither apiVersion nor kind, and is ignored.', 'Nothing, if it is none.'),
  'unknown-kind': value('No kind of that name in that group.', "Correct the slip; other projects' kinds are ignored."),
  'unknown-version': value('The kind exists, but not in that version or group.', 'Write a version that is served.'),
  'more-problems': value('An object has more problems than are shown.', 'Mend those that are, and check again.'),
  // The shape
  'unknown-field': value('The message has no such field.', 'Correct the slip, or remove the field.'),
  'missing-field': part('A field that is needed is not there, or is empty.', 'Set it; see the reference of the kind.'),
  'wrong-type': value('A value is of another type than the field.', 'Mind quotes: 80 is a number, "80" a text.'),
  'unknown-word': value('A value is none of those that the field knows.', 'Write one of them.'),
  oneof: part('Fields that exclude each other are set together.', 'Keep one of them.'),
  'out-of-range': value('A number is too small or too large.', 'Write one within the bounds.'),
  'too-few': part('A list has too few entries.', 'Add some.'),
  'too-many': part('A list has more entries than it may have, or than have an effect.', 'Remove some.'),
  'too-long': value('A text is too long.', 'Shorten it.'),
  empty: part('A text, list or message says nothing where it must.', 'Fill it, or remove it.'),
  'bad-form': value('A text has not the form that it must have.', 'See the pattern in the hint.'),
  // Values
  'bad-address': value('Not an IP address, CIDR block, or host with port, whichever is asked for.', 'Correct it.'),
  'bad-base64': value('Not base64.', 'Encode the bytes, or use stringData in a Secret.'),
  'bad-duration': value('Not a duration, or too short, too long or too fine.', 'Write 1h30m, 5s or 100ms.'),
  'bad-header': value('Not a name or value of an HTTP header.', 'Use letters, digits, - and _ in names.'),
  'bad-host': value('Not a host, or not a kind of host that is possible here.', 'Write a full domain name.'),
  'bad-jwks': value('Not a JSON Web Key Set.', 'Write {"keys": [ … ]} as in RFC 7517.'),
  'bad-label': value('Not a label name or value.', 'At most 63 letters, digits, -, _ and .; no wildcards.'),
  'bad-locality': value('Not a locality.', 'Write REGION/ZONE/SUBZONE.'),
  'bad-name': value('Not a name of an object, namespace, port or subset.', 'Use lower-case letters, digits and -.'),
  'bad-path': value('Not a path.', 'Begin with /.'),
  'bad-path-template': value('Not a path template.', 'Use {*} for a segment, and {**} last.'),
  'bad-percentage': value('Not a percentage, or finer than can be told apart.', 'Write 0, or 0.0001 to 100.'),
  'bad-port': value('Not a port.', 'Write a number from 1 to 65535.'),
  'bad-expression': value('A CEL expression can not be parsed.', 'Mind quotes and operators: == and not =.'),
  'bad-regex': value('Not a regular expression of RE2, or too long.', 'No look-around, no back-references.'),
  'regex-too-complex': value('A regular expression compiles to too much.', 'Repeat less, or match prefixes.'),
  'bad-schedule': value('Not a schedule of cron.', 'Write minute, hour, day, month and day of the week.'),
  'bad-service-account': value('Not a service account.', 'Write ACCOUNT or NAMESPACE/ACCOUNT.'),
  'bad-spiffe-id': value('Not a SPIFFE ID.', 'Write spiffe://TRUST-DOMAIN/PATH.'),
  'bad-status': value('Not an HTTP status that is possible here.', 'Write one from 200 to 599.'),
  'bad-target': value("A policy can't be attached to that kind.", 'Name a Service, ServiceEntry or Gateway.'),
  'bad-time': value('Not a time.', 'Write 2026-01-31T12:00:00Z.'),
  'bad-trust-domain': value('Not a trust domain.', 'Write a domain name, as cluster.local.'),
  'bad-type-url': value('Not the type of a protobuf message.', 'Write type.googleapis.com/PACKAGE.MESSAGE.'),
  'unknown-type': value('Envoy has no such type (any more).', 'Use the type of version 3.'),
  'bad-url': value('Not a URL, or of a scheme that is not possible here.', 'Write SCHEME://HOST/PATH.'),
  'bad-weight': value("A weight or share is negative, or they don't add up.", 'Write shares from 0 that add up.'),
  'empty-match': value('A match of an empty text matches nothing.', 'Fill it, or remove it.'),
  // Together
  conflict: part('Fields, or entries, contradict each other.', 'Keep one of them.'),
  duplicate: part('An entry is there twice.', 'Remove one of them.'),
  'not-possible': part('Known, but not possible here.', 'Remove it, or write it where the message says.'),
  'unknown-port': whole('A port that the object has not.', 'Name one that it has.'),
  // Warnings
  deprecated: value('Old, and replaced by something else.', 'Write what has replaced it.'),
  'old-form': value('An old form of writing it.', 'Write the present form.'),
  'no-effect': part('Set, but without effect here.', 'Remove it.'),
  'not-supported-yet': value('Valid, and without effect in this version.', "Don't rely on it."),
  'empty-selector': part('A selector without labels selects everything.', 'Name labels, or remove it.'),
  'falling-weight': whole('A step of a canary goes back in weight.', 'Let weights rise.'),
  'ineffective-match': whole(
    'A match never decides: one before it takes all of its requests.',
    'Reorder or remove it.',
  ),
  'unreachable-rule': whole('A rule is never reached: one before it takes everything.', 'Reorder or remove it.'),
  'ip-as-sni': value('Server names (SNI) are never IP addresses.', 'Match by port or address.'),
  'large-body': value('A body that is large for a configuration.', 'Serve it from an application.'),
  'no-address': part('Without an address the port takes traffic to any.', 'Give addresses.'),
  'no-cipher': part('None of the cipher suites is known.', 'Name suites of TLS 1.2.'),
  'no-outlier-detection': part('Failover needs to know what is down.', 'Add outlierDetection.'),
  'private-key': value('A private key where a public one belongs.', 'Publish the public one, and replace the key.'),
  'tcp-denied': whole('A DENY rule of HTTP attributes alone denies all TCP traffic.', 'Name ports.'),
} as const satisfies Readonly<Record<string, CodeFacts>>

export type ProblemCode = keyof typeof PROBLEM_CODES

/** The remedy of a code as a hint, for problems that have no better one of their own. */
export function remedyOf(code: string): string | undefined {
  const { remedy = '' } = (PROBLEM_CODES as Readonly<Record<string, CodeFacts>>)[code] ?? {}
  return remedy === '' ? undefined : `${remedy[0]!.toLowerCase()}${remedy.slice(1).replace(/\.$/, '')}`
}
