import type { Finding } from './goals.ts';
import type { Table } from './table.ts';

/** What a section is run with. */
interface SectionOptions {
  /** How often each measurement in real time is repeated, all sides in each round. */
  readonly rounds: number;
  /** Hears how far it is. */
  readonly progress: (line: string) => void;
}

/** What a section found. */
export interface Report {
  readonly tables: readonly Table[];
  /** What of it there are goals for. */
  readonly findings: readonly Finding[];
}

/** A part of the bench. */
export interface Section {
  /** As in `--only`. */
  readonly name: string;
  /** What it finds out, in one line. */
  readonly about: string;
  readonly run: (options: SectionOptions) => Promise<Report>;
}
