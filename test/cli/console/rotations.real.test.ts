import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { PERSON, startBrowser } from '../../../local/screenshots/browser.ts';
import { ID, MANIFEST, ManyApi, NOW, REFUSED, ROTATED } from '../../../local/screenshots/many-api.ts';
import { type Bench, consoleOf } from './console-of.ts';
import { chromiumPath, describeInBrowser, expectAccessible } from './in-browser.ts';

const BODY = {
  select: { all: true },
  waves: [{ tags: { env: 'test' } }],
  tolerated: { percent: 20 },
  reason: 'CHG-1070',
};

describeInBrowser('rotations of many in a browser', () => {
  const api = new ManyApi();
  const faults: string[] = [];
  let bench: Bench;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    bench = await consoleOf({ send: api.send, now: () => NOW });
    browser = await startBrowser(chromiumPath());
    page = await (await browser.newContext(PERSON)).newPage();
    page.setDefaultTimeout(60_000);
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    await page.goto(bench.served.link);
    await page.getByRole('heading', { name: 'Fleet' }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await bench?.served.close();
  });

  const dialog = () => page.getByRole('dialog', { name: 'Rotate many' });
  const focused = () => page.evaluate('document.activeElement.textContent');

  it('says so where none is known', async () => {
    await page.getByRole('navigation').getByRole('link', { name: 'Rotations' }).click();
    await page.getByText('No rotation of many is known yet.').waitFor();
    expect(await page.title()).toBe('Rotations of many');
    await expectAccessible(page, 'many-none');
  });

  it('asks for what is missing before it calls anything', async () => {
    await page.getByRole('button', { name: 'Rotate many' }).click();
    await dialog().getByLabel('Those with tags').check();
    await dialog().getByRole('button', { name: 'Show the plan' }).click();
    await dialog().getByText('Name a tag, or a pattern of ids.').waitFor();
    await expectAccessible(page, 'many-form');
    expect(api.calls).toEqual([]);
  });

  it('shows the plan, and begins nothing', async () => {
    await dialog().getByLabel('Every credential').check();
    await dialog().getByLabel('Waves').fill('env=test');
    await dialog().getByLabel('Failures that a wave bears').fill('20%');
    await dialog().getByLabel('Reason').fill('CHG-1070');
    await dialog().getByRole('button', { name: 'Show the plan' }).click();
    await dialog().getByText('5 credentials would be rotated').waitFor();
    expect(await focused()).toBe('5 credentials would be rotated');
    await dialog().getByText('Which').first().click();
    await dialog().getByText('acme-test, globex-test').waitFor();
    await dialog().getByText('Frozen from 2026-02-28').waitFor();
    await expectAccessible(page, 'many-plan');
    expect(api.calls).toMatchObject([{ method: 'POST', path: '/rotations', body: { ...BODY, dryRun: true } }]);
  });

  it('names the one that is in the way, and leads to it', async () => {
    api.other = ID;
    await dialog().getByRole('button', { name: 'Rotate now' }).click();
    await dialog().getByText('Another rotation of many is under way').waitFor();
    await expectAccessible(page, 'many-in-the-way');
    const link = dialog().getByRole('link', { name: 'See the one that is under way' });
    expect(await link.getAttribute('href')).toBe(`#/rotations/${ID}`);
    api.other = undefined;
  });

  it('begins what was planned, with a key that a repeat has as well, and follows it', async () => {
    await dialog().getByRole('button', { name: 'Rotate now' }).click();
    await page.getByRole('heading', { name: 'Rotation of many' }).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    const [plan, refused, begun] = api.calls;
    expect(begun).toMatchObject({ method: 'POST', path: '/rotations', body: BODY, key: refused?.key });
    expect(begun?.key).not.toBe(plan?.key);
    await page.getByText('0 of 5 credentials done.').waitFor();
  });

  it('shows each step, what failed and what to do, as it comes', async () => {
    api.items = [
      { begunAt: NOW, end: ROTATED },
      { begunAt: NOW, end: ROTATED },
      { begunAt: NOW, end: REFUSED },
      { begunAt: NOW },
    ];
    await page.getByText('2 of 5 credentials done, 1 failed, 1 running.').waitFor();
    const rows = page.getByRole('table', { name: 'Waves' }).getByRole('row');
    expect(await cells(rows.nth(1))).toEqual(['2', '0', '0', '0', '0', 'rotated 2']);
    expect(await cells(rows.nth(2))).toEqual(['0', '1', '1', '1', '1', 'refused 1']);
    const fault = page.getByRole('listitem').filter({ hasText: 'acme-prod' });
    expect(await fault.textContent()).toMatch(
      /no answer.*What to do Make the connector reachable.*nothing was changed/,
    );
    expect(await fault.getByRole('link').getAttribute('href')).toBe('#/credentials/acme-prod');
    await expectAccessible(page, 'many-progress');
  });

  it('aborts it by the keyboard alone, after it has said what that means', async () => {
    await page.getByRole('navigation').getByRole('link', { name: 'Rotations' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Rotations of many' }).waitFor();
    await page.getByRole('row', { name: /CHG-1070/ }).waitFor();
    // The link of a row is its time; the page itself has the focus at first.
    await tabTo((text) => text.includes('2026') && !text.includes('Rotations'));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Rotation of many', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Abort' }).waitFor();
    await tabTo((text) => text === 'Abort');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Abort the rotation of many' }).waitFor();
    await expectAccessible(page, 'many-abort');
    await tabTo((text) => text === 'Abort now');
    await page.keyboard.press('Enter');
    await page.getByText('Somebody has ended it').waitFor();
    expect(api.calls.at(-1)).toMatchObject({ method: 'DELETE', path: `/rotations/${ID}` });
    expect(await page.getByRole('button', { name: 'Abort' }).count()).toBe(0);
  });

  it('shows at the end where the result is, and what is not known', async () => {
    api.items = [...api.items.slice(0, 3), { begunAt: NOW }, { begunAt: NOW, end: ROTATED }];
    api.state = 'ended';
    await page.getByText(MANIFEST).waitFor();
    await page.getByText('3 of 5 credentials done, 2 failed.').waitFor();
    expect(await page.getByRole('listitem').filter({ hasText: 'globex-prod' }).textContent()).toMatch(
      /its end was not noted.*See the credential's history.*it is not known whether something was changed/,
    );
    await expectAccessible(page, 'many-ended');
    await page.getByRole('main').getByRole('link', { name: 'Rotations of many' }).click();
    expect(await page.getByRole('row', { name: /CHG-1070/ }).textContent()).toMatch(/completed3 done, 2 failed/);
    await expectAccessible(page, 'many-list');
    // An answer that is an error is one that was asked for.
    expect(faults.filter((text) => !text.includes('409'))).toEqual([]);
  });

  async function cells(row: ReturnType<Page['locator']>): Promise<string[]> {
    return await row.getByRole('cell').allTextContents();
  }

  async function tabTo(isThere: (text: string) => boolean): Promise<void> {
    for (let presses = 0; presses < 60 && !isThere(String(await focused())); presses += 1)
      await page.keyboard.press('Tab');
  }
});
