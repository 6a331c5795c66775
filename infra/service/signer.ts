import { Stack } from 'aws-cdk-lib';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { isKeyArn, signerAlias } from '../../functions/credential/settings/signing-key.ts';
import type { Deployment } from '../context.ts';
import { retention } from './retention.ts';

/** Properties of {@link Signer}. */
export interface SignerProps {
  readonly deployment: Deployment;
  /** What the credentials name as their signing keys. */
  readonly named: readonly string[];
}

/** The keys with which the rotator signs in to IAMs: those that exist already, and one of the stack's own where that is named. */
export class Signer extends Construct {
  /** The stack's own. @default - no credential names it */
  readonly key?: Key;
  /** What the functions sign with: ARNs. */
  readonly arns: readonly string[];

  constructor(scope: Construct, id: string, { deployment, named }: SignerProps) {
    super(scope, id);
    const alias = signerAlias(deployment);
    const others = [...new Set(named.filter(isKeyArn))].toSorted();
    if (!named.includes(alias)) {
      this.arns = others;
      return;
    }
    this.key = new Key(this, 'Key', {
      alias,
      description: `Signs the rotator of ${deployment.prefix} in to IAMs`,
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: retention(deployment),
    });
    // MiniStack checks a call that names an alias against the alias.
    const emulated = deployment.local ? [Stack.of(this).formatArn({ service: 'kms', ...split(alias) })] : [];
    this.arns = [this.key.keyArn, ...emulated, ...others];
  }
}

function split(alias: string): { resource: string; resourceName: string } {
  const [resource = '', resourceName = ''] = alias.split('/');
  return { resource, resourceName };
}
