/** At most, how much of an answer is read, in bytes. */
const MOST_BYTES = 1_048_576;

/**
 * An answer's body as text. What a server packs counts unpacked, and it is never held whole: a few bytes can become gigabytes.
 *
 * @returns undefined when it is longer than 1 MiB
 * @throws whatever the connection throws that breaks off
 */
export async function bodyText(response: Response): Promise<string | undefined> {
  const read: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MOST_BYTES) return undefined;
    read.push(chunk);
  }
  return Buffer.concat(read).toString();
}
