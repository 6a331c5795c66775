import { describeOnTable } from '../support/table.ts';
import { fleetStartContract } from './fleet-start.ts';

describeOnTable('starting fleet rotations over the DynamoDB of MiniStack', fleetStartContract);
