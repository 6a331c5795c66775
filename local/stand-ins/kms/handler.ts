import * as z from 'zod';
import type { Handler } from '../serve.ts';
import type { KeySpec, KmsEngine } from './engine.ts';
import { KmsFault } from './errors.ts';

const KeyId = z.string().min(1).max(2048);
const bytes = z.base64().transform((text) => Buffer.from(text, 'base64'));

/** A key's kind fixes what it is for. */
const USAGES: Readonly<Record<KeySpec, string>> = {
  ECC_NIST_P256: 'SIGN_VERIFY',
  ECC_NIST_P384: 'SIGN_VERIFY',
  SYMMETRIC_DEFAULT: 'ENCRYPT_DECRYPT',
};

/** The requests, as far as they are known here. @see [Actions](https://docs.aws.amazon.com/kms/latest/APIReference/API_Operations.html) */
const requests = {
  CreateKey: z.object({
    KeySpec: z.enum(['ECC_NIST_P256', 'ECC_NIST_P384', 'SYMMETRIC_DEFAULT']).default('SYMMETRIC_DEFAULT'),
    KeyUsage: z.enum(['SIGN_VERIFY', 'ENCRYPT_DECRYPT']).default('ENCRYPT_DECRYPT'),
  }),
  CreateAlias: z.object({ AliasName: z.string().regex(/^alias\/[\w/-]+$/), TargetKeyId: KeyId }),
  DisableKey: z.object({ KeyId }),
  EnableKey: z.object({ KeyId }),
  ScheduleKeyDeletion: z.object({ KeyId, PendingWindowInDays: z.int().min(7).max(30).default(30) }),
  GetPublicKey: z.object({ KeyId }),
  Sign: z.object({
    KeyId,
    Message: bytes.refine((message) => message.length >= 1 && message.length <= 4096),
    MessageType: z.enum(['RAW']).default('RAW'),
    SigningAlgorithm: z.string(),
  }),
} as const;

type Name = keyof typeof requests;
type Operations = { [N in Name]: (engine: KmsEngine, input: z.output<(typeof requests)[N]>) => object };

const operations: Operations = {
  CreateKey: (engine, { KeySpec: spec, KeyUsage }) => {
    if (USAGES[spec] !== KeyUsage) throw invalid(`KeyUsage ${KeyUsage} is not compatible with KeySpec ${spec}`);
    const { id, arn, state } = engine.create(spec);
    return { KeyMetadata: { KeyId: id, Arn: arn, KeySpec: spec, KeyUsage, KeyState: state, Enabled: true } };
  },
  CreateAlias: (engine, { AliasName, TargetKeyId }) => {
    engine.alias(AliasName, TargetKeyId);
    return {};
  },
  DisableKey: (engine, input) => {
    engine.set(input.KeyId, 'Disabled');
    return {};
  },
  EnableKey: (engine, input) => {
    engine.set(input.KeyId, 'Enabled');
    return {};
  },
  ScheduleKeyDeletion: (engine, input) => {
    const { arn, state } = engine.set(input.KeyId, 'PendingDeletion');
    return { KeyId: arn, KeyState: state, PendingWindowInDays: input.PendingWindowInDays };
  },
  GetPublicKey: (engine, input) => {
    const { key, der } = engine.publicKey(input.KeyId);
    const PublicKey = Buffer.from(der).toString('base64');
    return { KeyId: key.arn, PublicKey, KeySpec: key.spec, KeyUsage: USAGES[key.spec] };
  },
  Sign: (engine, { KeyId: keyId, Message, SigningAlgorithm }) => {
    const { key, der } = engine.sign(keyId, Message, SigningAlgorithm);
    return { KeyId: key.arn, Signature: Buffer.from(der).toString('base64'), SigningAlgorithm };
  },
};

/** Speaks AWS JSON 1.1 for an engine, so that the SDK's client can be its caller. Signatures of calls are not checked. */
export function kmsHandler(engine: KmsEngine): Handler {
  return async (request) => {
    const operation = /^TrentService\.(\w+)$/.exec(request.headers.get('x-amz-target') ?? '')?.[1] ?? '';
    try {
      return answer(perform(engine, operation, await request.json()));
    } catch (error) {
      if (!(error instanceof KmsFault)) throw error;
      return answer({ __type: error.type, message: error.message }, 400);
    }
  };
}

function perform(engine: KmsEngine, operation: string, input: unknown): object {
  if (!Object.hasOwn(requests, operation)) throw invalid(`The operation '${operation}' is not available here`);
  const name = operation as Name;
  const parsed = requests[name].safeParse(input);
  if (!parsed.success) throw invalid(`${parsed.error.issues[0]?.path.join('.')} is not valid`);
  return (operations[name] as (engine: KmsEngine, input: unknown) => object)(engine, parsed.data);
}

function invalid(message: string): KmsFault {
  return new KmsFault('ValidationException', message);
}

function answer(body: object, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/x-amz-json-1.1' } });
}
