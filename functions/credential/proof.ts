/**
 * How it is known what a connector holds, from the weakest to the strongest: a named person says that the secret was entered
 * (`attested`); it was read back from where the configuration is stored (`written`); the connector's process was started, or has
 * loaded it, after the write (`loaded`); the connector itself was seen to get a token with it (`used`).
 */
export const PROOFS = ['attested', 'written', 'loaded', 'used'] as const;

export type Proof = (typeof PROOFS)[number];

/** Whether a proof is at least as strong as the one that is asked for. */
export function isProven(proof: Proof, wanted: Proof): boolean {
  return PROOFS.indexOf(proof) >= PROOFS.indexOf(wanted);
}
