import { isStrongETag } from '../../functions/adapters/odata-connector/etag.ts';
import { demand } from './probe.ts';
import type { Rule } from './rules.ts';

/** 43 characters are 32 bytes; the last one has two bits to spare. */
const FINGERPRINT = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/** What has to hold without anything being written. */
export const READING: readonly Rule[] = [
  {
    title:
      'GET answers 200 with the configuration: its four fields, and design time and runtime with five members each',
    check: async (probe) => void (await probe.read()),
  },
  {
    title: 'GET answers with a strong ETag',
    check: async (probe) => {
      const { etag } = await probe.read();
      demand(isStrongETag(etag), etag === '' ? 'there is no ETag' : 'the ETag is weak, or not in quotation marks');
    },
  },
  {
    title: 'the ETag stays the same while nothing is written',
    check: async (probe) => {
      const [first, second] = [await probe.read(), await probe.read()];
      demand(first.etag === second.etag, 'it changed between two GETs');
    },
  },
  {
    title: 'a secret is shown as a fingerprint: SHA-256 in base64url without padding, or null',
    check: async (probe) => {
      for (const [place, { clientSecretFingerprint: fingerprint }] of (await probe.read()).sections) {
        demand(fingerprint === null || FINGERPRINT.test(fingerprint), `that of ${place} is none`);
      }
    },
  },
  {
    title: 'no secret can be read',
    check: async (probe) => {
      const shown = memberNames((await probe.read()).body).find(
        (name) => /secret|password/i.test(name) && !/fingerprint$/i.test(name),
      );
      demand(shown === undefined, `there is a member '${shown}'`);
    },
  },
  {
    title: 'a section of the client is there: the same Client ID byte for byte, the same token URL, and not Basic',
    check: async (probe) => {
      demand((await probe.read()).ours.length > 0, 'no section has this Client ID with this token URL');
    },
  },
  {
    title: 'GET without access is refused with 401',
    check: async (probe) => {
      const { status } = await probe.get({ authorization: '' });
      demand(status === 401, `it was answered ${status}`);
    },
  },
  {
    title: 'GET with a wrong token is refused with 401',
    check: async (probe) => {
      const { status } = await probe.get({ authorization: `Bearer ${probe.newSecret()}` });
      demand(status === 401, `it was answered ${status}`);
    },
  },
  {
    title: 'GET of a configuration that does not exist answers 404',
    check: async (probe) => {
      const url = new URL(probe.target.url);
      url.pathname += '-that-does-not-exist';
      const { status } = await probe.get({ url: url.href });
      demand(status === 404, `it was answered ${status}`);
    },
  },
];

function memberNames(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [name, ...memberNames(inner)]);
}
