import { type Browser, chromium } from 'playwright-core';

/** Nothing is asked of the world outside. */
const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** What the windows of a person have in common. */
export const PERSON = { locale: 'en-GB', timezoneId: 'Europe/Stockholm' } as const;

/** Starts a headless Chromium with an empty profile that is gone afterwards. @param path of its program */
export async function startBrowser(path: string): Promise<Browser> {
  const isRoot = process.getuid?.() === 0;
  return await chromium.launch({
    executablePath: path,
    headless: true,
    args: [...FLAGS, ...(isRoot ? ['--no-sandbox'] : [])],
  });
}
