import { describeOnEmbeddedTable } from '../support/table.ts';
import { overviewsPortContract } from './overviews-port.ts';

describeOnEmbeddedTable('what lists read in the embedded table', overviewsPortContract);
