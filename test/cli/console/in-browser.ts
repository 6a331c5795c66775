import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { findChromium } from '../../../local/screenshots/chromium.ts';
import { type Look, lookLike, shoot } from '../../../local/screenshots/shots.ts';
import { ROOT } from '../support/csr.ts';

/** A browser takes long on a busy machine, and that is no fault. Milliseconds. */
jest.setTimeout(600_000);

const found = findChromium();

/** The browser's program. @throws {Error} when there is none */
export function chromiumPath(): string {
  if ('unavailable' in found) throw new Error(found.unavailable);
  return found.path;
}

/** A suite that needs Chromium. Where there is none, it is skipped and its title says why; with `REQUIRE_REAL=1` it fails. */
export function describeInBrowser(name: string, suite: () => void): void {
  if (!('unavailable' in found)) describe(name, suite);
  else if (process.env.REQUIRE_REAL !== '1') describe.skip(`${name} (skipped: ${found.unavailable})`, suite);
  else {
    describe(name, () => {
      it('has a browser', () => {
        chromiumPath();
      });
    });
  }
}

const LOOKS: readonly Look[] = [
  { width: 1600, height: 1000, colours: 'light' },
  { width: 1600, height: 1000, colours: 'dark' },
  { width: 360, height: 740, colours: 'light' },
  { width: 360, height: 740, colours: 'dark' },
];

/**
 * Holds what a page shows to axe's rules, at both widths and in both colours, and to not being wider than the window. In CI a picture is
 * taken of each.
 */
export async function expectAccessible(page: Page, name: string): Promise<void> {
  for (const look of LOOKS) {
    await lookLike(page, look);
    if (process.env.CI === 'true') await shoot(page, pictures(), `${name}-${look.width}-${look.colours}`);
    expect({ name, ...look, violations: await violationsOf(page) }).toEqual({ name, ...look, violations: [] });
    const wider = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect({ name, ...look, wider }).toEqual({ name, ...look, wider: 0 });
  }
  await lookLike(page, { width: 1280, height: 900, colours: 'light' });
}

/** Serious and critical faults, with what they are about. */
async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run()')) as axe.AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(' | ')}`,
    );
}

/** Where pictures go that people look at; git ignores it. */
function pictures(): string {
  const folder = join(ROOT, 'screenshots');
  mkdirSync(folder, { recursive: true });
  return folder;
}
