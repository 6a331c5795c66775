import * as z from 'zod';
import type { SettingsContext } from './settings.ts';

/** An https URL, or plain http to the machine itself with `local`. */
export function httpsUrl({ local }: SettingsContext) {
  return z.string().superRefine((text, issues) => {
    const fault = urlFault(text, local);
    if (fault) issues.addIssue(fault);
  });
}

function urlFault(text: string, local: boolean): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) return `'${text}' is not an https URL`;
  if (url.username || url.password) return 'must not carry user information';
  if (url.protocol === 'http:' && !(local && isLoopback(url.hostname))) return `'${text}' must use https`;
  return undefined;
}

/** Whether a URL's host is the machine itself: `localhost`, 127.0.0.0/8 or `[::1]`. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** What two spellings of one URL have in common; any other value is itself. */
export function sameAddress(url: unknown): unknown {
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).href : url;
}
