import type { Context } from '../context.ts';
import { failed, usage } from '../errors.ts';
import type { FleetDeployment } from '../fleet/check.ts';
import type { FleetText } from '../fleet/write.ts';
import { shown } from '../terminal/text.ts';

/** The prefix of a deployment that nobody has named. */
export const DEFAULT_PREFIX = 'client-secret-rotation';

/** The context as `-c` gives it. A deployment of another prefix is another deployment. */
export function contextOf({ prefix }: Context, given: readonly string[] = []): Record<string, string> {
  const pairs = given.map((text) => {
    const at = text.indexOf('=');
    if (at < 1) throw usage(`-c ${text.slice(0, 40)} is no name=value`, "For example -c 'allowedHosts=*.example.com'.");
    return [text.slice(0, at), text.slice(at + 1)] as const;
  });
  return { ...(prefix !== DEFAULT_PREFIX && { prefix }), ...Object.fromEntries(pairs) };
}

/** A file that has faults will have them afterwards, too: that is better known before anything is asked. */
export async function assertFaultless({ path: file, text }: FleetText, deployment: FleetDeployment): Promise<void> {
  const { checkDraft } = await import('../fleet/check.ts');
  const { faults } = checkDraft(file, text, deployment);
  if (faults.length === 0) return;
  throw failed({
    what: `${file} has faults already`,
    detail: linesOf(faults),
    next: `Correct them first: csr fleet check ${file}.`,
    json: { file, faults },
  });
}

/** Faults one below the other, behind the word `why`. */
export function linesOf(faults: readonly string[]): string {
  return faults.map(shown).join('\n         ');
}
