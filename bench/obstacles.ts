import type { GoalName } from './goals.ts';

/**
 * What physically stands in the way of a goal, told on the page where it is missed. Written by people: who changes what a rotation
 * does looks here too.
 */
export const OBSTACLES: Readonly<Partial<Record<GoalName, string>>> = {
  'secrets-manager-set':
    'Three reads (labels, current value, date of the last change) and three writes (candidate, promote, clear) each prove something that no other call does.',
  'secrets-manager-regenerate':
    'As with `set`, and the intent: it is stored before the IAM makes a secret that nobody else knows.',
  'secrets-manager-grace':
    'A run that finds a grace running first ends the previous secret under a lease of its own (an intent, its clearing, and the labels read again), and only then rotates.',
  invocations:
    'By schedule a run is one invocation. Over the API a second function answers the caller, and must not be able to read a secret.',
  'outage-5':
    "At 5 ms the machine's own work between the requests weighs: signing, parsing and turns of the event loop, on the same two processors as the IAM and the connector.",
  'outage-50':
    "The machine's own work between check and push, on the same two processors as the IAM and the connector.",
  'outage-200':
    "The machine's own work between check and push, on the same two processors as the IAM and the connector.",
  'outage-fresh':
    'Code between the change in the IAM and the push runs for the first time, on 0.29 of a processor, in slices of 6 ms each 20 ms. It has to be compiled then, unless it ran before the change.',
  'outage-tls-warm':
    'The limit is the waiting alone. The rest is the work of TLS at both ends, on the same two processors; where exactly is not found yet.',
  'outage-tls-fresh': 'As warm, and code that runs for the first time on 0.29 of a processor.',
  'connections-inside':
    'Two reads at once after the change need a second connection to the IAM, and HTTP/1.1 shares none.',
  'depth-in-place':
    'Each request of the chain of true dependencies needs the answer of the one before. The event follows as one more: it is published last, once the run is noted.',
  'depth-dual-secret':
    'As in place, and the end of the previous secret: it is planned once the new one is promoted, and before the run clears its label, which is its last act.',
  'native-secrets-manager':
    'Secrets Manager takes four steps, each an invocation that has to look at the labels anew, and the caller waits by DescribeSecret.',
  'native-depth': 'Four invocations follow each other, and each observes before it acts.',
  'native-wall': 'Nothing tells the caller that the last step has ended: it asks, and pauses between two looks.',
  'bundle-rotate': "undici, zod and the SDK's clients for five services. undici stays: it was asked for by name.",
  'bundle-api': 'The SDK of each service that an answer is read from, and zod.',
  'import-rotate':
    "The processor time follows the kilobytes: undici and the SDK's clients for five services are compiled and run.",
  'import-api': "The processor time follows the kilobytes: each of the SDK's clients brings its schemas.",
  'page-calls':
    'What nothing is remembered of, a page asks for credential by credential: settings, labels and the date of a version are one call each.',
};
