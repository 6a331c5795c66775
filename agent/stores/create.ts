import type { FileDeps } from '../host/files.ts';
import type { ConfigurationSettings } from '../settings/settings.ts';
import { commandStore } from './command-store.ts';
import { fileStore } from './file/file-store.ts';
import { jsonFormat } from './file/json.ts';
import { textFormat } from './file/text.ts';
import { xmlFormat } from './file/xml.ts';
import { httpStore } from './http-store.ts';
import type { Store } from './store.ts';

/**
 * The store that a configuration's settings name.
 *
 * @param folder the configuration's own folder in the state folder
 */
export function createStore(
  { adapter, displayName, name }: ConfigurationSettings,
  folder: string,
  deps: FileDeps,
): Store {
  const shared = { displayName: displayName ?? name, folder, deps };
  switch (adapter.type) {
    case 'json':
      return fileStore({ adapter, format: jsonFormat, ...shared });
    case 'xml':
      return fileStore({ adapter, format: xmlFormat(adapter.encoding, adapter.namespaces), ...shared });
    case 'text':
      return fileStore({ adapter, format: textFormat(adapter.escape), ...shared });
    case 'command':
      return commandStore(adapter);
    case 'http':
      return httpStore(adapter, globalThis.fetch);
  }
}
