import { createHash } from 'node:crypto';

/**
 * The id of the version that a run puts next. It is derived, not drawn: two rotators that see the same labels derive the same
 * id, and Secrets Manager refuses the second one's content under it. That refusal is the lock.
 *
 * @param secretId the secret's name
 * @param currentId the version that carries AWSCURRENT, undefined when there is none
 * @param taken ids of every version of the secret, deprecated ones included, and those that the run itself has put
 * @returns the first attempt's id that no version has, in the form of a UUID (version 8)
 * @see [RFC 9562 §5.8](https://www.rfc-editor.org/rfc/rfc9562#section-5.8)
 */
export function nextVersionId(secretId: string, currentId: string | undefined, taken: ReadonlySet<string>): string {
  for (let attempt = 0; ; attempt++) {
    const id = derive(`${secretId}\n${currentId ?? ''}\n${attempt}`);
    if (!taken.has(id)) return id;
  }
}

function derive(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
