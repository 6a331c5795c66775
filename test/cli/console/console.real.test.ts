import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { RunningConsole } from '../../../cli/console/console.ts';
import { parseDocument } from '../../../functions/credential/document.ts';
import { secretInIam } from '../../../local/demo/fleet/onboarding.ts';
import { lookAt } from '../../../local/demo/operator.ts';
import { startEmbeddedConsole } from '../../../local/embedded-stack/console.ts';
import { OPERATOR } from '../../../local/embedded-stack/names.ts';
import { PERSON, startBrowser } from '../../../local/screenshots/browser.ts';
import { openScene, type Scene } from '../../../local/screenshots/scene.ts';
import { chromiumPath, describeInBrowser, expectAccessible } from './in-browser.ts';
import { storedSecret } from './stored-secret.ts';

/** Longer than any run takes, also on a slow machine, in milliseconds. */
const PATIENCE_MS = 60_000;
const REALMS = ['acmeprod', 'acmetest', 'globexprod', 'globextest', 'initechprod', 'umbrellaprod', 'wayneprod'];

/** Notes how many steps of a run were seen to be done, while they are. */
const COUNT_STEPS = `
  globalThis.seenSteps = [];
  new MutationObserver(() => {
    const done = document.querySelectorAll('.progress li.done').length;
    if (done > 0 && seenSteps.at(-1) !== done) seenSteps.push(done);
  }).observe(document.body, { subtree: true, childList: true, attributes: true });
  undefined`;

describeInBrowser('the console in a browser', () => {
  const notes: string[] = [];
  const problems: string[] = [];
  let scene: Scene;
  let served: RunningConsole;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    scene = await openScene();
    served = await startEmbeddedConsole(scene.stack, { now: scene.now, note: (line) => notes.push(line) });
    browser = await startBrowser(chromiumPath());
    const context = await browser.newContext({ ...PERSON, permissions: ['clipboard-write'] });
    page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(served.link);
    await page.getByRole('heading', { name: 'Fleet' }).waitFor();
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await served?.close();
    await scene?.close();
  });

  const rows = () => page.locator('table.fleet tbody th a').allTextContents();
  const open = async (id: string) => {
    await page.goto(`${page.url().split('#')[0]}#/credentials/${id}`);
    await page.getByRole('heading', { name: id, level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Rotate' }).waitFor();
  };
  const close = () => page.getByRole('button', { name: 'Close' }).click();
  /** All of the page that holds text, and all that it keeps. */
  const everything = async () =>
    [
      await page.content(),
      ...(await page.locator('input').evaluateAll((all) => all.map((one) => (one as { value?: string }).value ?? ''))),
      await page.evaluate(
        'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href])',
      ),
      JSON.stringify(await page.evaluate('indexedDB.databases().then((all) => all.map(({ name }) => name))')),
      ...notes,
    ].join('\n');
  /** What is in the clipboard, as somebody would see who pastes it elsewhere. */
  const pasted = async () => {
    const elsewhere = await page.context().newPage();
    await elsewhere.setContent('<textarea autofocus></textarea>');
    await elsewhere.locator('textarea').focus();
    await elsewhere.keyboard.press('ControlOrMeta+V');
    const text = await elsewhere.locator('textarea').inputValue();
    await elsewhere.close();
    return text;
  };
  const expectNoSecret = async () => {
    const text = await everything();
    const secrets = REALMS.map((realm) => secretInIam(scene.stack, { realm }));
    expect(secrets.filter((secret) => secret.length > 10)).toHaveLength(REALMS.length);
    expect([...secrets, OPERATOR.secretAccessKey].filter((secret) => text.includes(secret))).toEqual([]);
  };

  it('lists the fleet, what needs a person first', async () => {
    await page.getByText('7 credentials', { exact: true }).waitFor();
    expect(await rows()).toEqual([
      'globex-prod',
      'umbrella-prod',
      'initech-prod',
      'acme-test',
      'globex-test',
      'wayne-prod',
      'acme-prod',
    ]);
    const row = page.getByRole('row', { name: /^acme-prod/ });
    expect(await row.textContent()).toMatch(/In order.*of 90 days.*03:00.*0[12]:00 UTC.*rotated/);
    await expectNoSecret();
    await expectAccessible(page, 'fleet');
  });

  it('finds credentials by words, by state, and by door', async () => {
    const search = page.getByRole('searchbox');
    await search.fill('ACME');
    expect(await rows()).toEqual(['acme-test', 'acme-prod']);
    await page.getByText('2 of 7 credentials').waitFor();
    await search.fill('');
    await page.getByRole('button', { name: /Last run failed/ }).click();
    expect(await rows()).toEqual(['globex-prod']);
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByLabel('Door').selectOption('manual');
    expect(await rows()).toEqual(['umbrella-prod', 'acme-test']);
    await search.fill('nothing is called so');
    await page.getByText('No credential is like that.').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    expect(await rows()).toHaveLength(7);
  });

  it('shows a credential with its time line, and the same as a table', async () => {
    await page.getByRole('link', { name: 'acme-prod' }).click();
    await page.getByRole('img', { name: /^Time line/ }).waitFor();
    await page.getByText('As a table').click();
    const table = page.getByRole('region', { name: 'Time line as a table' });
    const lanes = await table.getByRole('rowheader').allTextContents();
    expect([...new Set(lanes)]).toEqual([
      'The IAM accepts',
      'IFS Production uses',
      'AWSCURRENT',
      'AWSPREVIOUS',
      'next run',
      'grace ends',
    ]);
    expect(await table.textContent()).toContain('(planned)');
    await page.getByText('a laptop was lost').waitFor();
    await expectNoSecret();
    await expectAccessible(page, 'credential');
  });

  it('shows a plan, begins a rotation from it, and follows the run to its end', async () => {
    const before = await lookAt(scene.stack.apiUrl, 'acme-prod');
    scene.pass(120_000);
    await page.getByRole('button', { name: 'Rotate' }).click();
    const dialog = page.getByRole('dialog', { name: 'Rotate acme-prod' });
    await dialog.getByText('This was a dry run: nothing was changed.').waitFor();
    await expectAccessible(page, 'plan');
    expect((await lookAt(scene.stack.apiUrl, 'acme-prod')).versionId).toBe(before.versionId);
    await dialog.getByLabel('Reason').fill('CHG-1060');
    await page.evaluate(COUNT_STEPS);
    await dialog.getByRole('button', { name: 'Rotate now' }).click();
    await dialog.getByText('The secret was replaced everywhere.').waitFor();
    expect(await page.evaluate('seenSteps')).toEqual(expect.arrayContaining([1, 5]));
    await expectAccessible(page, 'rotated');
    const after = await lookAt(scene.stack.apiUrl, 'acme-prod');
    expect(after.versionId).not.toBe(before.versionId);
    await page.keyboard.press('Escape');
    await page.getByRole('cell', { name: /CHG-1060/ }).waitFor();
    await expectNoSecret();
  });

  it('shows why a run failed, that nothing was changed, and what to do', async () => {
    await open('globex-prod');
    scene.pass(120_000);
    await page.getByRole('button', { name: 'Rotate' }).click();
    const dialog = page.getByRole('dialog', { name: 'Rotate globex-prod' });
    await dialog.getByText('A run would begin nothing now').waitFor();
    await dialog.getByRole('button', { name: 'Rotate now' }).click();
    const note = dialog.getByRole('alert');
    await note.getByText('Nothing was changed.').waitFor();
    expect(await note.textContent()).toMatch(/What to do.*section-not-found/);
    await expectAccessible(page, 'failed');
    await close();
  });

  it('asks for a reason before it revokes', async () => {
    await open('globex-test');
    await page.getByRole('button', { name: 'Revoke' }).click();
    const revoke = page.getByRole('button', { name: 'Revoke now' });
    expect(await revoke.isDisabled()).toBe(true);
    await page.getByLabel('Reason').fill('it stood in a ticket');
    expect(await revoke.isDisabled()).toBe(false);
    await close();
  });

  it('resumes and pauses a schedule', async () => {
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
    await page.getByText('Done').waitFor();
    await expectAccessible(page, 'resumed');
    await close();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    expect((await lookAt(scene.stack.apiUrl, 'globex-test')).schedule.state).toBe('ENABLED');
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Done').waitFor();
    await close();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
  });

  it('gives a person the four fields of the connector in its order, and reads each on its press only', async () => {
    await page.getByRole('link', { name: /^Tasks/ }).click();
    const task = page.getByRole('article').filter({ hasText: 'acme-test' });
    await task.waitFor();
    expect(await task.locator('.fields .label').allTextContents()).toEqual([
      'Access Token URL',
      'Client ID',
      'Client Secret',
      'Scopes',
    ]);
    await expectNoSecret();
    await expectAccessible(page, 'tasks');
    expect(notes).toEqual([]);
    const { versionId, text } = await storedSecret(scene, 'acme-test');
    const secret = parseDocument(text).clientSecret.reveal();
    await task.getByRole('button', { name: 'Copy Client Secret' }).click();
    await task.getByText('copied').waitFor();
    expect(await pasted()).toBe(secret);
    expect(notes).toEqual([expect.stringContaining(`acme-test: clientSecret of version ${versionId}`)]);
    await expectNoSecret();
    await task.getByRole('button', { name: 'Reveal Client Secret' }).click();
    await task.getByText(secret).waitFor();
    await task.getByRole('button', { name: 'Hide Client Secret' }).click();
    await expectNoSecret();
  });

  it('takes an acknowledgement', async () => {
    const task = page.getByRole('article').filter({ hasText: 'acme-test' });
    await task.getByRole('button', { name: 'Acknowledge' }).click();
    const dialog = page.getByRole('dialog', { name: 'Acknowledge Flow Connect' });
    await dialog.getByText('Nobody checks your word').waitFor();
    await expectAccessible(page, 'acknowledge');
    await dialog.getByRole('button', { name: 'It was entered and saved' }).click();
    await dialog.getByText(`by ${OPERATOR.userArn}`).waitFor();
    await close();
    await task.waitFor({ state: 'detached' });
    expect((await lookAt(scene.stack.apiUrl, 'acme-test')).tasks).toEqual([]);
  });

  it('can be used by the keyboard alone', async () => {
    await page.getByRole('navigation').getByRole('link', { name: 'Fleet' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Fleet' }).waitFor();
    expect(await page.evaluate('document.activeElement.tagName')).toBe('MAIN');
    for (let presses = 0; (await focused()) !== 'wayne-prod' && presses < 60; presses += 1)
      await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'wayne-prod', level: 1 }).waitFor();
    for (let presses = 0; (await focused()) !== 'Plan' && presses < 60; presses += 1) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Plan for wayne-prod' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await focused()).toBe('Plan');
  });
  const focused = () => page.evaluate('document.activeElement.textContent');

  it('gives nothing to a second browser, whether it has the address or the link', async () => {
    const second = await (await browser.newContext(PERSON)).newPage();
    for (const address of [served.link, page.url(), `${page.url().split('#')[0]}api/credentials`]) {
      const answer = await second.goto(address);
      expect([answer?.status(), await answer?.text()]).toEqual([403, expect.stringMatching(/^This link was used/)]);
    }
    await second.context().close();
  });

  it('says what to do when the console has ended', async () => {
    // An answer that is an error is one that was asked for.
    expect(problems.filter((text) => !/40\d|50\d/.test(text))).toEqual([]);
    problems.length = 0;
    await served.close();
    await page.getByText('The console does not answer').first().waitFor();
    await page
      .getByText(/Start csr console again/)
      .first()
      .waitFor();
    // A server that ends refuses, resets, or leaves without an answer.
    expect(problems.filter((text) => !/net::ERR_|40\d|50\d/.test(text))).toEqual([]);
  });
});
