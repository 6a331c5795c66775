import { PREFIX } from '../stand/prefix.ts';
import type { Stand } from '../stand/stand.ts';

/** Ends the grace of the previous secret, where there is one. @throws {Error} when it doesn't end */
export async function retireNow({ functions, systems, customer }: Pick<Stand, 'functions' | 'systems' | 'customer'>) {
  const { id, strategy } = customer.credential;
  const previous = systems.secrets.versions(`${PREFIX}/${id}`).find(({ stages }) => stages.includes('AWSPREVIOUS'));
  if (strategy === 'in-place' || !previous) return;
  const event = { trigger: 'retire', id, versionId: previous.id, attempt: 0 };
  const { payload, error } = await functions.host.invoke(`${PREFIX}-retire`, event);
  const { outcome } = (payload ?? {}) as { readonly outcome?: string };
  if (outcome !== 'retired') throw new Error(`retire: ${error?.errorMessage ?? outcome}`);
}
