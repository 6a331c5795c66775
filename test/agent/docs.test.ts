import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PROBLEMS } from '../../agent/errors.ts';
import { Adapter } from '../../agent/settings/adapter.ts';
import { Settings } from '../../agent/settings/settings.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/agent.md'), 'utf8');
const examples = [...page.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(
  ([, text = '']) => JSON.parse(text) as Record<string, unknown>,
);

describe('docs/agent.md', () => {
  it('has every problem of the agent with its status and what to do, and no others', () => {
    const rows = [...page.matchAll(/^\| `([\w-]+)` \| (\d{3}) \| (.*) \|$/gm)].map(([, ...cells]) => cells);
    expect(rows).toEqual(Object.entries(PROBLEMS).map(([code, { status, next }]) => [code, String(status), next]));
  });

  it('has settings that the agent accepts, and an example of each adapter', () => {
    const [settings, ...adapters] = examples;
    // A Windows path is absolute on Windows only.
    const here = adapters.map((adapter) => ('file' in adapter ? { ...adapter, file: '/there/is/a/file' } : adapter));
    expect(Settings.safeParse(settings).error?.issues ?? []).toEqual([]);
    expect(here.map((adapter) => Adapter.parse(adapter).type)).toEqual(['json', 'xml', 'text', 'command', 'http']);
  });
});
