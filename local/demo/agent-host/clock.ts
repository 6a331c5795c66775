/**
 * Loaded before the agent: this process's clock follows that of AWS, which the demonstration sets forward. A host whose clock
 * differed by more than a minute would not write.
 */

const timeNow = Date.now;
let passedMs = 0;

Date.now = () => timeNow() + passedMs;
globalThis.Date = new Proxy(Date, {
  construct: (target, values, newTarget) =>
    Reflect.construct(target, values.length > 0 ? values : [Date.now()], newTarget),
});

/** What the demonstration tells: by how many milliseconds its clocks are ahead. */
process.on('message', (told: { readonly passedMs: number }) => {
  passedMs = told.passedMs;
  process.send?.(told);
});
// Whoever has started the agent is gone: it ends as if it had been told to.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// The channel alone doesn't keep the agent running.
process.channel?.unref();
