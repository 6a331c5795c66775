import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { bundlePage, type Page } from '../../../cli/console/bundle.ts';

describe("the page's bundle", () => {
  let page: Page;
  beforeAll(async () => {
    page = await bundlePage();
  });

  it('has at most 120 kB, compressed', () => {
    const sizes = Object.values(page).map(({ text }) => gzipSync(text).length);
    const sum = sizes.reduce((total, size) => total + size, 0);
    expect(sum).toBeGreaterThan(10_000);
    expect(sum).toBeLessThanOrEqual(120_000);
  });

  it('has nothing that the policy would refuse, and names no other origin', () => {
    const { text = '' } = page['console.js'] ?? {};
    expect(text).not.toMatch(/\beval\(|new Function\(|insertAdjacentHTML|document\.write/);
    const origins = [...text.matchAll(/https?:\/\/[^"'`\s]+/g)].map(([origin]) => origin);
    // Names of namespaces, which are never called.
    expect(origins.filter((origin) => !origin.startsWith('http://www.w3.org/'))).toEqual([]);
    expect(page['style.css']?.text).not.toMatch(/url\(|@import/);
  });

  it('keeps nothing in the browser', () => {
    expect(page['console.js']?.text).not.toMatch(/localStorage|sessionStorage|indexedDB|document\.cookie/);
  });
});
