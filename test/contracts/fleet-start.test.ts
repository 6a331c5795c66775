import { describeOnEmbeddedTable } from '../support/table.ts';
import { fleetStartContract } from './fleet-start.ts';

describeOnEmbeddedTable('starting fleet rotations over the embedded table', fleetStartContract);
