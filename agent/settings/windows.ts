import type { ConfigurationSettings, Settings } from './settings.ts';

/** Names that Windows keeps for devices, in every folder. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)$/;
const NETWORK = /^[\\/]{2}(?![?.][\\/])/;
const DRIVE = /^([\\/]{2}[?.][\\/])?[a-z]:[\\/]/i;
const BATCH = /\.(cmd|bat)$/i;

/** What of the settings can't be served on Windows, one line a fault. */
export function windowsFaults(settings: Settings): string[] {
  const { state, ca, transports, configurations } = settings;
  const paths = [
    ['state', state],
    ['ca', ca],
    ['transports.listen.tokenFile', transports.listen?.tokenFile],
    ...configurations.flatMap(pathsOf),
  ] as const;
  return [
    ...paths.flatMap(([place, path]) => faultOfPath(place, path)),
    ...(NETWORK.test(state) ? ['state: must be on a disk of this host'] : []),
    ...configurations.flatMap(faultsOf),
  ];
}

function pathsOf({ adapter }: ConfigurationSettings, index: number): (readonly [string, string | undefined])[] {
  const place = `configurations[${index}].adapter`;
  return [
    [`${place}.file`, 'file' in adapter ? adapter.file : undefined],
    [`${place}.tokenFile`, 'tokenFile' in adapter ? adapter.tokenFile : undefined],
  ];
}

function faultOfPath(place: string, path: string | undefined): string[] {
  if (path === undefined || DRIVE.test(path) || NETWORK.test(path)) return [];
  return [`${place}: has no drive letter`];
}

function faultsOf({ name, adapter, restart, reload, ready }: ConfigurationSettings, index: number): string[] {
  const place = `configurations[${index}]`;
  const commands = [
    ['adapter', 'command' in adapter ? adapter.command : undefined],
    ['restart', restart?.command],
    ['restart', restart?.check],
    ['reload', reload?.command],
    ['reload', reload?.check],
    ['ready', ready && 'command' in ready ? ready.command : undefined],
  ] as const;
  const batches = commands.filter(([, argv]) => argv && BATCH.test(argv[0]));
  return [
    ...(DEVICE.test(name) ? [`${place}.name: Windows keeps ${name} for a device`] : []),
    ...batches.map(
      ([what]) => `${place}.${what}: a batch file needs its shell: ["cmd.exe", "/d", "/c", "…"], or name a program`,
    ),
  ];
}
