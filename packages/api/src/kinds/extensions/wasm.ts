import {
  about,
  anything,
  boundedText,
  list,
  map,
  message,
  type Of,
  port,
  text,
  textLike,
  words,
} from '../../schema/fields.ts'

const VmEnvVar = message(
  { name: about('Name inside the VM.', boundedText(1, 256)) },
  {
    valueFrom: about(
      'INLINE: `value`. HOST: the variable of the same name of the proxy.',
      words('INLINE', 'HOST'),
      'INLINE',
    ),
    value: about('Of INLINE.', boundedText(0, 2048)),
  },
)
export type VmEnvVar = Of<typeof VmEnvVar>

/** The fields that WasmPlugin and `wasm` of TrafficExtension share. */
export const WASM_FIELDS = {
  url: about('`oci://`, `http://`, `https://` or `file://`; `oci://` where there is no scheme.', boundedText(1, 2048)),
  sha256: about('Checksum of the module, in hexadecimal digits.', textLike('^$|^[a-f0-9]{64}$')),
  imagePullPolicy: about(
    'By default IfNotPresent, but Always for the tag `latest`.',
    words('UNSPECIFIED_POLICY', 'IfNotPresent', 'Always'),
  ),
  imagePullSecret: about('Secret with the credentials of the registry.', boundedText(1, 253)),
  verificationKey: text,
  pluginConfig: about('Handed to the module as JSON.', map(anything)),
  pluginName: about('Name inside the proxy.', boundedText(1, 256)),
  failStrategy: about(
    'What happens to traffic when the module fails.',
    words('FAIL_CLOSE', 'FAIL_OPEN', 'FAIL_RELOAD'),
    'FAIL_CLOSE',
  ),
  vmConfig: about(
    'Of the VM that runs the module.',
    message({}, { env: about('Environment variables.', list(VmEnvVar, [0, 256])) }),
  ),
  type: about('Kind of filter that the module is.', words('UNSPECIFIED_PLUGIN_TYPE', 'HTTP', 'NETWORK'), 'HTTP'),
}

/** Which traffic an extension sees. */
export const TrafficSelector = message(
  {},
  {
    mode: about(
      'Which side of a call.',
      words('UNDEFINED', 'CLIENT', 'SERVER', 'CLIENT_AND_SERVER'),
      'CLIENT_AND_SERVER',
    ),
    ports: about('Any of these; all by default.', list(message({ number: port }, {}))),
  },
)
export type TrafficSelector = Of<typeof TrafficSelector>

const { url, ...OPTIONAL } = WASM_FIELDS

export const WasmConfig = message({ url }, OPTIONAL)
export type WasmConfig = Of<typeof WasmConfig>
