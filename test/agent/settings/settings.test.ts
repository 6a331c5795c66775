import { describe, expect, it } from '@jest/globals';
import { parseSettings } from '../../../agent/settings/load.ts';
import { FORMS } from '../support/forms.ts';

const configuration = {
  name: 'ifs-test',
  credential: 'acme-test',
  adapter: { ...FORMS.json.adapter, file: '/etc/connector.json' },
};
const settings = {
  name: 'host-1',
  region: 'eu-north-1',
  state: '/var/lib/agent',
  configurations: [configuration],
  transports: { sqs: true },
};
const withConfiguration = (part: object) => ({ ...settings, configurations: [{ ...configuration, ...part }] });
const withAdapter = (part: object) => withConfiguration({ adapter: { ...configuration.adapter, ...part } });
const parse = (value: unknown) => parseSettings(JSON.stringify(value), 'agent.json');

describe("the agent's settings", () => {
  it('may have comments and a byte order mark', () => {
    expect(parseSettings(`\uFEFF// mine\n${JSON.stringify(settings)}`, 'agent.json')).toMatchObject({
      name: 'host-1',
      prefix: 'client-secret-rotation',
    });
  });

  it('are not UTF-16, and that is said', () => {
    const text = Buffer.from(JSON.stringify(settings), 'utf16le').toString('utf8');
    expect(() => parseSettings(text, 'agent.json')).toThrow('agent.json: is UTF-16; save it as UTF-8.');
  });

  it.each<[string, unknown, RegExp]>([
    ['an unknown member', { ...settings, comand: 1 }, /comand/],
    ['no transport', { ...settings, transports: {} }, /neither listen nor sqs/],
    ['sqs without a region', { ...settings, region: undefined }, /region: is needed/],
    [
      'an interface to listen on',
      { ...settings, transports: { listen: { port: 1, host: '0.0.0.0', tokenFile: '/t' } } },
      /host/,
    ],
    ['a relative path', { ...settings, state: 'state' }, /state: must be an absolute path/],
    [
      'a password in the proxy',
      { ...settings, proxy: 'http://me:word@proxy.example.com' },
      /must not carry a password/,
    ],
    [
      'two configurations of one name',
      { ...settings, configurations: [configuration, configuration] },
      /two configurations/,
    ],
    ['a name that is no file name', withConfiguration({ name: '../x' }), /name: must be lower-case/],
    [
      'a command that is a line for a shell',
      withConfiguration({ restart: { command: 'systemctl restart x' } }),
      /restart\.command/,
    ],
    [
      'restart and reload',
      withConfiguration({ restart: { command: ['a'] }, reload: { command: ['b'] } }),
      /more than one of/,
    ],
    ['a place that is no JSON Pointer', withAdapter({ name: 'a.b' }), /adapter\.name|adapter/],
    ['a regular expression with two groups', withAdapter({ type: 'text', name: '(a)(b)' }), /adapter/],
    [
      'a server elsewhere',
      withConfiguration({ adapter: { type: 'http', url: 'http://flow.example.com/x', tokenFile: '/t' } }),
      /URL of this host/,
    ],
  ])('refuse %s', (_, value, message) => {
    expect(() => parse(value)).toThrow(message);
  });

  it('name the line that is no JSON, and never repeat a password', () => {
    expect(() => parseSettings('{\n"name": x}', 'agent.json')).toThrow('agent.json: line 2 is not JSON.');
    expect(() => parse({ ...settings, proxy: 'http://me:word@proxy.example.com' })).not.toThrow(/word@/);
  });
});
