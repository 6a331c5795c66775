import { describe } from '@jest/globals';
import { connectorAgentProgramContract } from './connector-agent-program.ts';

describe("the embedded connector behind the agent's own program", () => connectorAgentProgramContract());
