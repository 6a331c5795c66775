import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { CredentialView } from '../../../functions/api/contract/answers/credential.ts';
import { measureRequestMs, paceOf } from '../../../local/demo/pace.ts';
import { PERSON, startBrowser } from '../../../local/screenshots/browser.ts';
import { type Bench, consoleOf } from './console-of.ts';
import { chromiumPath, describeInBrowser } from './in-browser.ts';

const COUNT = 1000;
const PAGE = 50;
/** On a quiet machine, in milliseconds. */
const MOST_MS = 1000;

/** A credential like those of a fleet: every schedule is another. */
function credential(index: number): CredentialView {
  return {
    id: `customer-${String(index).padStart(4, '0')}`,
    clientId: 'NC_Flow_OData',
    iam: 'keycloak',
    strategy: 'auto',
    versionId: 'v1',
    rotatedAt: new Date(Date.UTC(2026, 0, 1 + (index % 28))).toISOString(),
    ageDays: index % 28,
    maxAge: 'P999D',
    lastRun: null,
    pending: false,
    schedule: {
      expression: `cron(${index % 60} ${index % 24} ? * SUN *)`,
      timezone: 'Europe/Stockholm',
      state: 'ENABLED',
    },
    connectors: [{ name: 'IFS Production', via: 'https', proof: null }],
    tasks: [],
    auditedAt: null,
    findings: [],
  };
}

/** Notes when the last page of the list was answered, and when all rows were painted after that. */
const WATCH = `
  globalThis.answeredAt = 0;
  const { fetch } = globalThis;
  globalThis.fetch = async (...call) => {
    const answer = await fetch(...call);
    if (String(call[0]).includes('nextToken=${COUNT - PAGE}')) answeredAt ||= performance.now();
    return answer;
  };
  // The frame after the rows came: they have been laid out and painted.
  const painted = () => (globalThis.paintedAt = performance.now());
  const look = () => {
    if (document.querySelectorAll('table.fleet tbody tr').length === ${COUNT}) requestAnimationFrame(painted);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);`;

/** How many milliseconds lie between the two, once both are known. */
const PAINTED = `new Promise((resolve) => {
  const look = () => (globalThis.paintedAt ? resolve(paintedAt - answeredAt) : setTimeout(look, 50));
  look();
})`;

describeInBrowser('a fleet of 1,000 credentials', () => {
  let bench: Bench;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    bench = await consoleOf({
      send: async ({ path }) => {
        const from = Number(new URLSearchParams(path.split('?')[1]).get('nextToken') ?? 0);
        const credentials = Array.from({ length: PAGE }, (_, index) => credential(from + index));
        const next = from + PAGE < COUNT && { nextToken: String(from + PAGE) };
        return { status: 200, body: { credentials, ...next }, headers: new Headers(), at: 0 };
      },
    });
    browser = await startBrowser(chromiumPath());
    page = await (await browser.newContext(PERSON)).newPage();
    await page.addInitScript(WATCH);
  });
  afterAll(async () => {
    await browser?.close();
    await bench?.served.close();
  });

  it('is shown within a second of the answer', async () => {
    await page.goto(bench.served.link);
    const { slowness } = paceOf(await measureRequestMs());
    const busy = await busyTimeOf(page);
    const took = (await page.evaluate(PAINTED)) as number;
    const ms = await busy();
    process.stdout.write(
      `${COUNT} credentials: painted ${Math.round(took)} ms after the last answer; reading and painting took ${ms} ms of work\n`,
    );
    expect(ms).toBeLessThan(MOST_MS * slowness);
  });

  it('is searched while somebody types', async () => {
    const { slowness } = paceOf(await measureRequestMs());
    const busy = await busyTimeOf(page);
    await page.getByRole('searchbox').fill('0042');
    await page.getByText('1 of 1,000 credentials').waitFor();
    expect(await busy()).toBeLessThan(MOST_MS * slowness);
    expect(await page.locator('table.fleet tbody th a').allTextContents()).toEqual(['customer-0042']);
  });
});

/** How long the page's thread is at work from here on, in milliseconds: what else the machine does is not counted. */
async function busyTimeOf(page: Page): Promise<() => Promise<number>> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const total = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
  };
  const before = await total();
  return async () => Math.round((await total()) - before);
}
