/**
 * Waits for all of them, so that nothing goes on once the run goes on or ends.
 *
 * @throws what the first of them that failed has thrown, in this order and not in that of time
 */
export async function inOrder<T extends readonly unknown[]>(all: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  const results = await Promise.allSettled(all);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  }) as unknown as T;
}

/** Waits for it, whatever becomes of it: it goes on no longer, and whoever needs its outcome asks for it later. */
export async function settled(doing: Promise<unknown> | undefined): Promise<void> {
  await doing?.catch(() => undefined);
}
