import { statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { startConsole } from '../../cli/console/console.ts';
import { startEmbeddedConsole } from '../embedded-stack/console.ts';
import { PERSON, startBrowser } from './browser.ts';
import { findChromium } from './chromium.ts';
import { ManyApi, NOW, REFUSED, ROTATED } from './many-api.ts';
import { openScene } from './scene.ts';
import { lookLike, shoot } from './shots.ts';

const FOLDER = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const WIDE = { width: 1360, height: 800 } as const;

/** Takes the pictures of the documentation, from the console itself. */
async function main(): Promise<void> {
  const found = findChromium();
  if ('unavailable' in found) throw new Error(found.unavailable);
  await mkdir(FOLDER, { recursive: true });
  const scene = await openScene();
  const served = await startEmbeddedConsole(scene.stack, scene);
  const browser = await startBrowser(found.path);
  try {
    const page = await (await browser.newContext(PERSON)).newPage();
    await page.goto(served.link);
    await page.getByRole('link', { name: 'acme-prod' }).waitFor();
    await lookLike(page, { ...WIDE, colours: 'light' });
    await shoot(page, FOLDER, 'console-fleet');
    await page.getByRole('link', { name: 'acme-prod' }).click();
    await page.getByRole('img', { name: /^Time line/ }).waitFor();
    await lookLike(page, { ...WIDE, height: 860, colours: 'dark' });
    await shoot(page, FOLDER, 'console-credential');
    await shootMany(browser);
  } finally {
    await browser.close();
    await served.close();
    await scene.close();
  }
  for (const name of ['console-fleet', 'console-credential', 'console-many'])
    process.stdout.write(`${name}.png ${Math.round(statSync(`${FOLDER}${name}.png`).size / 1000)} kB\n`);
}

/** The embedded stack has no state machine: a rotation of many is played. */
async function shootMany(browser: Browser): Promise<void> {
  const many = new ManyApi();
  many.state = 'runs';
  many.items = [...[ROTATED, ROTATED, REFUSED].map((end) => ({ begunAt: NOW, end })), { begunAt: NOW }];
  const api = { url: 'https://api.example.com', send: many.send };
  const none = () => Promise.reject(new Error('No secret is read here'));
  const session = { secretsManager: none, keys: none };
  const served = await startConsole({ prefix: 'client-secret-rotation', session, api, now: () => NOW, note: () => {} });
  try {
    const page = await (await browser.newContext(PERSON)).newPage();
    await page.goto(served.link);
    await page.getByRole('navigation').getByRole('link', { name: 'Rotations' }).click();
    await page.getByRole('table').getByRole('link').first().click();
    await page.getByRole('table', { name: 'Waves' }).waitFor();
    await lookLike(page, { ...WIDE, colours: 'light' });
    await shoot(page, FOLDER, 'console-many');
  } finally {
    await served.close();
  }
}

await main();
