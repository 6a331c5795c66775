import { describe, expect, it } from '@jest/globals';
import { findChromium, type Machine } from '../../../local/screenshots/chromium.ts';

/** A machine on which some programs are; `installs` is what its package manager brings. */
function machine(change: Partial<Machine> & { has?: string[]; installs?: string }): Machine & { ran: string[] } {
  const present = new Set(change.has);
  const ran: string[] = [];
  return {
    env: {},
    isRoot: true,
    canRun: (path) => present.has(path),
    run: (...command) => {
      ran.push(command.join(' '));
      if (command.includes('install') && change.installs) present.add(change.installs);
    },
    ...change,
    ran,
  };
}

describe('findChromium', () => {
  it('takes the browser that CHROME_PATH names', () => {
    const here = machine({ env: { CHROME_PATH: '/opt/chrome' }, has: ['/opt/chrome', '/usr/bin/chromium'] });
    expect(findChromium(here)).toEqual({ path: '/opt/chrome' });
  });

  it('says so when CHROME_PATH names none', () => {
    const here = machine({ env: { CHROME_PATH: '/opt/chrome' }, has: ['/usr/bin/chromium'] });
    expect(findChromium(here)).toEqual({ unavailable: 'CHROME_PATH: /opt/chrome can not be run' });
  });

  it.each(['/usr/bin/chromium', '/usr/bin/google-chrome'])('finds %s, and installs nothing', (path) => {
    const here = machine({ has: [path] });
    expect([findChromium(here), here.ran]).toEqual([{ path }, []]);
  });

  it('installs the package of the distribution as root', () => {
    const here = machine({ installs: '/usr/bin/chromium' });
    expect(findChromium(here)).toEqual({ path: '/usr/bin/chromium' });
    expect(here.ran).toEqual(['apt-get update', 'apt-get install -y --no-install-recommends chromium']);
  });

  it('names what went wrong with that', () => {
    const run = () => {
      throw new Error('spawnSync apt-get ENOENT\nmore');
    };
    expect(findChromium(machine({ run }))).toEqual({
      unavailable: 'Chromium could not be installed: spawnSync apt-get ENOENT',
    });
    expect(findChromium(machine({}))).toEqual({ unavailable: 'Chromium could not be installed: it is not there' });
  });

  it('installs nothing for anybody but root', () => {
    const here = machine({ isRoot: false, installs: '/usr/bin/chromium' });
    expect(findChromium(here)).toEqual({ unavailable: expect.stringContaining('CHROME_PATH') });
    expect(here.ran).toEqual([]);
  });
});
