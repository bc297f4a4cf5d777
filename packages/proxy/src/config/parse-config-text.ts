import { MizzenError } from '@mizzen/base'

/**
 * JSON or YAML. JSON is YAML too, but the YAML library costs memory for the whole life of a proxy. Throws MizzenError
 * `code` that names the file.
 */
export async function parseConfigText(text: string, file: string, code: string): Promise<unknown> {
  try {
    if (text.trimStart().startsWith('{')) return JSON.parse(text)
    const { parse } = await import('yaml')
    return parse(text)
  } catch (error) {
    throw new MizzenError(code, `${file}: ${(error as Error).message}`)
  }
}
