import type { Written } from '../scan.ts';

/** One place where something may be left behind. */
export interface Collector {
  readonly what: string;
  /** All that lies there now. */
  collect(): Promise<Written[]>;
  /** Leaves something there, as a leak would. */
  plant(text: string): Promise<unknown>;
}

/** Texts that were kept as they came. */
export function kept(what: string, texts: string[]): Collector {
  return {
    what,
    collect: async () => texts.map((text) => ({ where: what, text })),
    plant: async (text) => texts.push(text),
  };
}
