import * as z from 'zod';
import type { Plan } from '../../../credential/plan.ts';
import { PROOFS } from '../../../credential/proof.ts';
import { agreeing } from './agreeing.ts';
import { FailureAnswer } from './rotation.ts';

/** What a run would do now. */
export const PlanAnswer = agreeing<Plan>()(
  z.object({
    credential: z.string(),
    state: z.string().describe('The name of the state in which the credential was found.'),
    action: z.string().describe('What a run would do first.'),
    reason: z.string(),
    strategy: z
      .enum(['dual-secret', 'alternating-clients', 'in-place', 'dual-secret or in-place'])
      .nullable()
      .describe('Null where no other secret would become current.'),
    wouldProbe: z.boolean().describe('A run would first let the IAM try whether it keeps a previous secret.'),
    outage: z
      .enum(['none', 'until-pushed', 'until-entered', 'none-or-until-pushed', 'none-or-until-entered'])
      .describe('Until when requests would fail by what the run does.'),
    connectors: z.array(
      z.object({
        name: z.string(),
        door: z.enum(['https', 'agent', 'manual', 'access-secret']),
        holds: z.enum(['current', 'something-else', 'handed-over', 'unknown']),
        proof: z.enum(PROOFS).nullable(),
        problem: FailureAnswer.exactOptional().describe('Why the connector could not be read.'),
      }),
    ),
    wouldRefuse: FailureAnswer.exactOptional().describe('Why a run would begin nothing.'),
  }),
);
