import type { Context, Result } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { realmOf, secretIdOf } from '../iam/target.ts';
import { confirmed, eachOf, open, type PrepareOptions } from './iam-prepare.ts';

/** Carries `csr iam undo` out. */
export async function undo(context: Context, options: PrepareOptions): Promise<Result> {
  const [{ observe }, { undoOf, remove }, { undoText }, { markedClients }] = await Promise.all([
    import('../iam/prepare/observe.ts'),
    import('../iam/prepare/undo.ts'),
    import('../iam/report.ts'),
    import('../iam/prepare/read.ts'),
  ]);
  const { target, realm } = await open(context, options);
  const accessSecret = async () => 'none-needed' as const;
  const look = async () => {
    const marked = (await markedClients(realm)).filter((clientId) => !target.clients.includes(clientId));
    const seen = await observe(target, { realm, accessSecret });
    return { seen, items: undoOf(seen, marked) };
  };
  const { seen, items } = await look();
  const removals = items.filter(({ action }) => action === 'remove');
  const value = { adminUrl: target.adminUrl, rotator: target.rotator, parts: items };
  const text = undoText(target, seen, items);
  if (items.length === 0)
    return {
      exit: EXIT.done,
      value: { ...value, removed: 0 },
      text: `Nothing in the realm ${realmOf(target)} was made by csr iam prepare for ${target.rotator}.`,
    };
  if (options.plan || removals.length === 0)
    return { exit: EXIT.done, value: { ...value, removed: 0 }, text: `${text}\n\nNothing was changed.` };
  context.note(text);
  await confirmed(options, `Remove these ${removals.length} parts from the realm ${realmOf(target)}?`);
  await eachOf(removals, (item) => remove(item, seen, { target, realm }), 'Repeat the command: it goes on.');
  const after = await look();
  const rest = after.items.filter(({ action }) => action === 'remove');
  const secretId = secretIdOf(target);
  const words = [
    undoText(target, after.seen, after.items),
    '',
    `${removals.length} removed.`,
    ...(items.some(({ part }) => part === 'permissions-switch')
      ? ['Keycloak itself keeps the client admin-permissions, which nobody can delete.']
      : []),
    ...(secretId === undefined || !seen.rotator?.mine
      ? []
      : [
          `The access secret ${secretId} stays, and opens nothing any more: aws secretsmanager delete-secret --secret-id ${secretId}`,
        ]),
  ];
  return {
    exit: rest.length === 0 ? EXIT.done : EXIT.changed,
    value: { ...value, removed: removals.length },
    text: words.join('\n'),
  };
}
