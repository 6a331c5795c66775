import { statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startEmbeddedConsole } from '../embedded-stack/console.ts';
import { PERSON, startBrowser } from './browser.ts';
import { findChromium } from './chromium.ts';
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
  } finally {
    await browser.close();
    await served.close();
    await scene.close();
  }
  for (const name of ['console-fleet', 'console-credential'])
    process.stdout.write(`${name}.png ${Math.round(statSync(`${FOLDER}${name}.png`).size / 1000)} kB\n`);
}

await main();
