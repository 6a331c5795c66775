/**
 * Runs the handler of a bundle, as Lambda's runtime does: `node runtime.ts BUNDLE`. Events come over the channel, and answers go back.
 */
import type { Context } from 'aws-lambda';
import type { Answer, Asked } from './function-process.ts';

const [, , bundle = ''] = process.argv;
const { handler } = (await import(bundle)) as { readonly handler: (event: unknown, context: Context) => unknown };

process.on('message', ({ event, timeoutMs }: Asked) => {
  void invoke(event, timeoutMs).then((answer) => process.send?.(answer));
});
process.on('disconnect', () => process.exit());
process.send?.('ready');

async function invoke(event: unknown, timeoutMs: number): Promise<Answer> {
  const until = Date.now() + timeoutMs;
  const context = {
    functionName: 'bench',
    awsRequestId: crypto.randomUUID(),
    memoryLimitInMB: '512',
    getRemainingTimeInMillis: () => until - Date.now(),
  } as Context;
  try {
    return { payload: await handler(event, context), megabytes: mostMegabytes() };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error), megabytes: mostMegabytes() };
  }
}

function mostMegabytes(): number {
  return process.resourceUsage().maxRSS / 1024;
}
