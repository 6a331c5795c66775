import { jest } from '@jest/globals';
import { ROOT_KEYS } from '../../local/real-stack/ministack/users.ts';
import { describeReal, realStack } from '../support/real.ts';
import { connectorAgentProgramContract } from './connector-agent-program.ts';

jest.setTimeout(60_000);

describeReal("the embedded connector behind the agent's own program, over the SQS of MiniStack", ['ministack'], () =>
  connectorAgentProgramContract(() => ({
    endpoint: realStack().ministack.url,
    region: 'us-east-1',
    keys: ROOT_KEYS,
    prefix: `csr-port-${Date.now()}`,
  })),
);
