import { describeOnTable } from '../support/table.ts';
import { overviewsPortContract } from './overviews-port.ts';

describeOnTable('what lists read in the DynamoDB of MiniStack', (table) => overviewsPortContract(table));
