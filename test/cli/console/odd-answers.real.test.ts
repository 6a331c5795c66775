import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { ApiAnswer, ApiCall } from '../../../cli/api/client.ts';
import type { Credential } from '../../../cli/console/page/model/answers.ts';
import { PERSON, startBrowser } from '../../../local/screenshots/browser.ts';
import { type Bench, consoleOf } from './console-of.ts';
import { chromiumPath, describeInBrowser, expectAccessible } from './in-browser.ts';

const HTML = '<img src=x onerror="document.title=1"><b>bold</b>';
const ODD: Credential = {
  id: 'odd-prod',
  clientId: HTML,
  iam: 'keycloak',
  strategy: 'dual-secret',
  versionId: '0b9f6c1e-4a83-8d55-9c53-0f3c2c6f5d0a',
  rotatedAt: '2026-03-01T03:00:00.400Z',
  ageDays: 1234,
  maxAge: 'P999D',
  lastRun: null,
  pending: false,
  schedule: { expression: 'cron(0 3 ? * SUN *)', timezone: 'Europe/Stockholm', state: 'ENABLED' },
  connectors: [{ name: HTML, via: 'https', proof: null }],
  tasks: [],
  auditedAt: '2026-03-02T03:00:00.000Z',
  findings: [
    {
      kind: 'connector-differs',
      title: 'A connector holds another secret than the current one.',
      about: HTML,
      detail: 'Its fingerprint is another one.',
      since: '2026-03-02T03:00:00.000Z',
      next: 'Ask who changed the connector, then rotate.',
    },
  ],
};
const UNREADABLE = {
  id: 'unreadable-prod',
  problem: { code: 'settings-invalid', title: 'The settings are not valid', detail: 'no id', next: 'Deploy again.' },
};
const AWAY = {
  code: 'ledger-unavailable',
  title: 'The record of runs does not answer',
  detail: 'no answer',
  next: 'Try again later.',
  nothingChanged: true,
};

/** An API that answers what it seldom does. */
async function send({ method, path }: ApiCall): Promise<ApiAnswer> {
  const answer = (status: number, body: unknown) => ({ status, body, headers: new Headers(), at: 0 });
  if (method !== 'GET') return answer(403, { message: 'Forbidden' });
  if (path.includes('/rotations')) return answer(503, AWAY);
  if (path.startsWith('/credentials?')) return answer(200, { credentials: [ODD, UNREADABLE] });
  return answer(200, ODD);
}

describeInBrowser('the console, whatever the API answers', () => {
  let bench: Bench;
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser(chromiumPath());
  });
  afterAll(() => browser?.close());

  /** Opens a console of its own: a link works once. */
  async function open(locale: string, work: (page: Page) => Promise<void>): Promise<void> {
    bench = await consoleOf({ send, now: () => new Date('2026-03-02T15:00:00Z') });
    const context = await browser.newContext({ ...PERSON, locale });
    try {
      const page = await context.newPage();
      await page.goto(bench.served.link);
      await page.getByRole('link', { name: 'odd-prod' }).waitFor();
      await work(page);
    } finally {
      await context.close();
      await bench.served.close();
    }
  }

  it('shows what audits have found, names as text, and a history that is away', async () => {
    await open('en-GB', async (page) => {
      expect(await page.getByRole('row', { name: /unreadable-prod/ }).textContent()).toContain('Deploy again.');
      expect(await page.getByRole('row', { name: /odd-prod/ }).textContent()).toMatch(/Audit finding.*1 finding/);
      await expectAccessible(page, 'odd-fleet');
      await page.getByRole('link', { name: 'odd-prod' }).click();
      await page.getByText('A connector holds another secret').waitFor();
      await page.getByText('Ask who changed the connector, then rotate.').waitFor();
      await page.getByText('The record of runs does not answer').waitFor();
      expect([await page.title(), await page.locator('main img').count()]).toEqual(['odd-prod', 0]);
      expect(await page.getByText(HTML).count()).toBeGreaterThan(0);
      await expectAccessible(page, 'odd-credential');
    });
  });

  it('says whose right is missing when a call is refused', async () => {
    await open('en-GB', async (page) => {
      await page.getByRole('link', { name: 'odd-prod' }).click();
      await page.getByRole('button', { name: 'Plan' }).click();
      await page.getByText('Your AWS credentials may not do this').waitFor();
      await page.getByText(/Ask for execute-api:Invoke/).waitFor();
    });
  });

  it.each([
    ['en-GB', '1 Mar 2026, 04:00:00', '1.5 days'],
    ['de-DE', '01.03.2026, 04:00:00', '1,5 days'],
    ['sv-SE', '1 mars 2026 04:00:00', '1,5 days'],
  ])('writes dates and numbers as %s has them', async (locale, date, age) => {
    await open(locale, async (page) => {
      await page.getByRole('link', { name: 'odd-prod' }).click();
      const facts = page.locator('dl.facts');
      await facts.getByText(date).waitFor();
      await facts.getByText(`${age}, at most 999 days`).waitFor();
    });
  });
});
