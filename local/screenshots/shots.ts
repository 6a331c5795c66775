import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** A look of the page: how wide the window is, and in which colours. */
export interface Look {
  readonly width: number;
  readonly height: number;
  readonly colours: 'light' | 'dark';
}

/** Shows the page as it looks on a screen and in colours. */
export async function lookLike(page: Page, { width, height, colours }: Look): Promise<void> {
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: colours, reducedMotion: 'reduce' });
}

/** Takes a picture into a folder. */
export async function shoot(page: Page, folder: string, name: string): Promise<void> {
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
}
