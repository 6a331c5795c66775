import type { Fault } from '../faults/fault.ts';
import { clientFaults } from './clients.ts';
import { elementsOf, type FleetFile } from './file.ts';

/** An element of a list, and the file that it stands in. */
interface Element {
  readonly file: FleetFile;
  readonly index: number;
  readonly value: unknown;
}

/** A fault, and the file that it is in. */
export interface FaultIn {
  readonly file: FleetFile;
  readonly fault: Fault;
}

/**
 * Finds what is right in each file, and not in all of them together: ids, agents and clients that two files have, and one stack of two
 * sizes.
 */
export function faultsAcross(files: readonly FleetFile[]): FaultIn[] {
  if (files.length < 2) return [];
  return [
    ...twice(elementsIn(files, 'credentials'), 'id', 'credentials'),
    ...twice(elementsIn(files, 'agents'), 'name', 'agents'),
    ...clientsTwice(elementsIn(files, 'credentials')),
    ...sizesTwice(files),
  ];
}

function elementsIn(files: readonly FleetFile[], list: 'credentials' | 'agents'): Element[] {
  return files.flatMap((file) => elementsOf(file, list).map((value, index) => ({ file, index, value })));
}

function twice(elements: readonly Element[], member: string, list: string): FaultIn[] {
  const firsts = new Map<unknown, Element>();
  return elements.flatMap((element): FaultIn[] => {
    const name = memberOf(element.value, member);
    const first = firsts.get(name);
    if (!first) firsts.set(name, element);
    // Within one file its own check has told it.
    if (!first || first.file === element.file || typeof name !== 'string') return [];
    const message = `is already the ${member} of ${list}[${first.index}] in ${placeOf(first, list)}`;
    return [{ file: element.file, fault: { path: [list, element.index, member], message } }];
  });
}

function clientsTwice(elements: readonly Element[]): FaultIn[] {
  const placed = (index: number) => placeOf(elements[index] as Element, 'credentials');
  return clientFaults(
    elements.map(({ value }) => value),
    placed,
  ).flatMap(({ path: [at, ...path], message, other }): FaultIn[] => {
    const element = elements[Number(at)];
    if (!element || element.file === elements[other]?.file) return [];
    return [{ file: element.file, fault: { path: ['credentials', element.index, ...path], message } }];
  });
}

/** The number of stacks decides where a credential lies. */
function sizesTwice(files: readonly FleetFile[]): FaultIn[] {
  const firsts = new Map<unknown, FleetFile>();
  return files.flatMap((file): FaultIn[] => {
    const stack = memberOf(file.value, 'stack');
    const first = firsts.get(stack);
    if (!first) firsts.set(stack, file);
    if (!first || typeof stack !== 'string') return [];
    if (memberOf(first.value, 'spread') === memberOf(file.value, 'spread')) return [];
    const message = `differs from that of the stack '${stack}' in ${first.shown}`;
    return [{ file, fault: { path: ['spread'], message } }];
  });
}

function placeOf({ file, index }: Element, list: string): string {
  return `${file.shown}:${file.lineAt([list, index])}`;
}

function memberOf(value: unknown, member: string): unknown {
  return (value as Record<string, unknown> | null | undefined)?.[member];
}
