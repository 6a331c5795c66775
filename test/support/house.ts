import { readdirSync, readFileSync } from 'node:fs';
import { posix, relative, resolve, sep } from 'node:path';

/** Source texts by path, for example `functions/ports/iam.ts`. */
export type Sources = ReadonlyMap<string, string>;

/** Which folders of `functions/` a folder may import, besides itself. The entries are the files beside the folders. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  credential: [],
  ports: ['credential'],
  rotation: ['credential', 'ports'],
  audit: ['credential', 'ports', 'rotation'],
  many: ['credential', 'ports'],
  adapters: ['credential', 'ports'],
  lambda: ['credential', 'ports', 'rotation', 'audit', 'many', 'adapters'],
  api: ['credential', 'ports', 'rotation', 'many', 'adapters'],
  entries: ['credential', 'ports', 'rotation', 'audit', 'many', 'adapters', 'lambda', 'api'],
};

/** A folder holds at most this many files beside its folders. */
const MOST_FILES = 10;
/** A file has at most this many lines. */
const MOST_LINES = 300;
/** Tables, which are as long as they have rows. */
const TABLES: readonly string[] = ['functions/credential/errors.ts', 'functions/credential/schedule/time-zones.json'];

/** Whatever looks like a relative path in quotes is an import: of types, dynamic, or a re-export. */
const RELATIVE = /(['"`])(\.{1,2}\/[^'"`\n]*)\1/g;

/** Every source below `functions/`. */
export function sourcesOfFunctions(): Sources {
  const root = resolve(import.meta.dirname, '../..');
  const paths = readdirSync(resolve(root, 'functions'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, resolve(entry.parentPath, entry.name)).replaceAll(sep, '/'));
  return new Map(paths.map((path) => [path, readFileSync(resolve(root, path), 'utf8')]));
}

/** What breaks the rules of CONTRIBUTING's layout, one line a fault. */
export function faultsOf(sources: Sources): string[] {
  const imports = new Map([...sources].map(([path, text]) => [path, importsOf(path, text)]));
  return [
    ...[...imports].flatMap(([path, targets]) => targets.flatMap((target) => importFault(path, target, sources) ?? [])),
    ...circlesOf(imports).map((circle) => `files import each other: ${circle.join(' → ')}`),
    ...circlesOf(folderGraph(imports)).map((circle) => `folders import each other: ${circle.join(' → ')}`),
    ...crowdedFolders([...sources.keys()]),
    ...longFiles(sources),
  ];
}

/** The paths that a file imports. */
function importsOf(path: string, text: string): string[] {
  return [...text.matchAll(RELATIVE)].map(([, , target = '']) => posix.join(posix.dirname(path), target));
}

function importFault(path: string, target: string, sources: Sources): string | undefined {
  if (!sources.has(target)) return `${path} imports ${target}, which is no file of functions/`;
  const [from, to] = [layerOf(path), layerOf(target)];
  if (from === to && from !== 'entries') return undefined;
  return MAY_IMPORT[from]?.includes(to) ? undefined : `${path} imports ${target}: ${from} may not import ${to}`;
}

/** The folder right below `functions/`, or `entries` for a file that lies there. */
function layerOf(path: string): string {
  const [, folder = '', below] = path.split('/');
  return below === undefined ? 'entries' : folder;
}

function folderGraph(imports: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const [path, targets] of imports) {
    const folder = posix.dirname(path);
    const others = targets.map((target) => posix.dirname(target)).filter((other) => other !== folder);
    folders.set(folder, [...(folders.get(folder) ?? []), ...others]);
  }
  return folders;
}

/** One circle for each import that closes one. */
function circlesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  const visit = (node: string, way: readonly string[]): void => {
    if (way.includes(node)) circles.push([...way.slice(way.indexOf(node)), node]);
    if (way.includes(node) || done.has(node)) return;
    for (const next of new Set(graph.get(node))) visit(next, [...way, node]);
    done.add(node);
  };
  for (const node of graph.keys()) visit(node, []);
  return circles;
}

function crowdedFolders(paths: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const folder of paths.map((path) => posix.dirname(path))) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count > MOST_FILES)
    .map(([folder, count]) => `${folder} holds ${count} files, and at most ${MOST_FILES} are allowed`);
}

function longFiles(sources: Sources): string[] {
  return [...sources]
    .map(([path, text]) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ path, lines }) => lines > MOST_LINES && !TABLES.includes(path))
    .map(({ path, lines }) => `${path} has ${lines} lines, and at most ${MOST_LINES} are allowed`);
}
