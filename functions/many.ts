import { FleetTask } from './credential/events/fleet-rotation.ts';
import { composeMany, type DeployedMany } from './lambda/compose/many.ts';
import { logger, type Observers, observed } from './lambda/observed.ts';
import { finish } from './many/finish.ts';
import { select } from './many/select.ts';

/** Makes the function that begins and ends fleet rotations, for their state machine: it chooses the credentials, and writes the result. */
export function createManyHandler(deployed: () => DeployedMany, observers: Observers = { logger }) {
  return observed(async (event: unknown) => {
    const { task, executionId } = FleetTask.parse(event);
    observers.logger.appendKeys({ executionId });
    const result = await (task === 'select' ? select(executionId, deployed()) : finish(executionId, deployed()));
    observers.logger.info(`fleet rotation: ${task}`, { result });
    return result;
  }, observers);
}

/** One task. */
export const handler = createManyHandler(composeMany(process.env));
