import * as z from 'zod';

const email = z.string().regex(/^[^\s@,]+@[^\s@,]+\.[^\s@,]+$/, 'is not an e-mail address');

/** They post what they are sent, and can't confirm a subscription: SNS would never send them anything. */
const CHATS = /^hooks\.slack\.com$|\.webhook\.office\.com$|\.logic\.azure\.com$|\.powerplatform\.com$|^discord\.com$/;

const webhook = z.string().superRefine((text, issues) => {
  const fault = webhookFault(URL.parse(text));
  if (fault) issues.addIssue(fault);
});

function webhookFault(url: URL | null): string | undefined {
  if (url?.protocol !== 'https:') return 'is not an https URL';
  if (url.username || url.password) return 'has a name or a password in it, which everybody reads in the template';
  if (!CHATS.test(url.hostname)) return undefined;
  return `${url.hostname} can't confirm a subscription of SNS; for Slack or Teams name the channel instead: slack or teams`;
}

const slack = z.strictObject({
  workspaceId: z.string().regex(/^T[A-Z0-9]{1,255}$/, "is not the id of a Slack workspace: 'T' and capitals or digits"),
  channelId: z
    .string()
    .regex(/^[CG][A-Z0-9]{1,255}$/, "is not the id of a Slack channel: 'C' or 'G', and capitals or digits"),
});

const UUID = 'is not a UUID';

const teams = z.strictObject({
  teamId: z.guid(UUID),
  tenantId: z.guid(UUID),
  channelId: z
    .string()
    .regex(
      /^19(:|%3a)[\w.=+/-]+(@|%40)[\w.-]+$/i,
      'is not the id of a channel of Teams: it begins with 19: and has an @ in it, as in the link to the channel',
    ),
});

/** Who is told of alarms and events. */
export const Notify = z
  .strictObject({
    email: z.array(email).min(1).max(20).optional(),
    webhook: z.array(webhook).min(1).max(5).optional(),
    slack: slack.optional(),
    teams: teams.optional(),
  })
  .refine((notify) => Object.keys(notify).length > 0, {
    error: 'names nobody: email, webhook, slack or teams',
    when: ({ issues }) => issues.length === 0,
  });

export type Notify = z.infer<typeof Notify>;

/** Whether Amazon Q Developer in chat applications passes messages on: it takes messages in a form of its own. */
export function isChat(notify: Notify | undefined): boolean {
  return notify?.slack !== undefined || notify?.teams !== undefined;
}
