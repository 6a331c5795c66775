import { resolve } from 'node:path';
import ts from '@typescript/typescript6';

/** Where something is done with a secret that must not be. */
export interface SecretUse {
  /** Relative to the checkout, with slashes. */
  readonly file: string;
  readonly line: number;
  /** What is done. */
  readonly fault: string;
}

const ROOT = resolve(import.meta.dirname, '../..');
const SECRET_FILE = 'functions/credential/secret/secret.ts';

/** What a secret is called. */
const NAME = /^(client_?)?(secret|password|passphrase|private_?key|access_?token|admin_?token|bearer)(value|text)?$/i;

/**
 * Asks the type checker what happens to secrets in some files.
 *
 * @param files relative to the checkout
 * @param texts what stands in files instead of what is on the disk. @default - nothing does
 */
export function secretUses(files: readonly string[], texts: ReadonlyMap<string, string> = new Map()): SecretUse[] {
  const program = programOf(files, texts);
  const checker = program.getTypeChecker();
  return files.flatMap((file) => {
    const source = program.getSourceFile(resolve(ROOT, file));
    return source ? usesIn(source, checker).map((use) => ({ file, ...use })) : [];
  });
}

function programOf(files: readonly string[], texts: ReadonlyMap<string, string>): ts.Program {
  const { config } = ts.readConfigFile(resolve(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
  const host = ts.createCompilerHost(options);
  const own = new Map([...texts].map(([file, text]) => [resolve(ROOT, file), text]));
  const [read, exists] = [host.readFile, host.fileExists];
  host.readFile = (path) => own.get(resolve(path)) ?? read(path);
  host.fileExists = (path) => own.has(resolve(path)) || exists(path);
  return ts.createProgram({ rootNames: files.map((file) => resolve(ROOT, file)), options, host });
}

function usesIn(source: ts.SourceFile, checker: ts.TypeChecker): Omit<SecretUse, 'file'>[] {
  const found: Omit<SecretUse, 'file'>[] = [];
  const visit = (node: ts.Node): void => {
    const fault = faultOf(node, checker);
    if (fault !== undefined)
      found.push({ line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1, fault });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function faultOf(node: ts.Node, checker: ts.TypeChecker): string | undefined {
  const holds = (inner: ts.Node) => mayBeSecret(checker.getTypeAtLocation(inner));
  if (ts.isCallExpression(node)) return faultOfCall(node, checker);
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    const both = holds(node.left) && holds(node.right);
    if (EQUALITY.has(kind) && both) return 'two secrets are compared as objects';
    if (kind === ts.SyntaxKind.PlusToken && (holds(node.left) || holds(node.right)))
      return 'a secret is put into a text';
    if (TRUTHY.has(kind) && holds(node.left)) return 'a secret is asked whether it is true';
  }
  if (ts.isTemplateSpan(node) && holds(node.expression)) return 'a secret is put into a text';
  if (ts.isConditionalExpression(node) && holds(node.condition)) return 'a secret is asked whether it is true';
  if (ts.isIfStatement(node) && holds(node.expression)) return 'a secret is asked whether it is true';
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken && holds(node.operand))
    return 'a secret is asked whether it is true';
  return faultOfName(node, checker);
}

const EQUALITY = new Set([
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
]);
const TRUTHY = new Set([ts.SyntaxKind.AmpersandAmpersandToken, ts.SyntaxKind.BarBarToken]);

/** What {@link SecretUse.fault} says of a secret that is put into clear. */
export const OPENED = 'a secret is opened';

/** Methods of lists, sets and maps that compare what they are given. */
const COMPARING = new Set(['includes', 'indexOf', 'lastIndexOf', 'has', 'add', 'delete', 'get', 'set']);

function faultOfCall(node: ts.CallExpression, checker: ts.TypeChecker): string | undefined {
  const called = node.expression;
  if (ts.isIdentifier(called) && called.text === 'inClear') return OPENED;
  if (!ts.isPropertyAccessExpression(called)) return undefined;
  const name = called.name.text;
  if (name === 'reveal' && mayBeSecret(checker.getTypeAtLocation(called.expression))) return OPENED;
  const [first] = node.arguments;
  if (!first) return undefined;
  const type = checker.getTypeAtLocation(first);
  if (COMPARING.has(name) && mayBeSecret(type)) return 'two secrets are compared as objects';
  if (name === 'stringify' && called.expression.getText() === 'JSON' && containsSecret(type, checker))
    return 'a secret is put into JSON';
  return undefined;
}

/** A declaration with the name of a secret whose type is a text. */
function faultOfName(node: ts.Node, checker: ts.TypeChecker): string | undefined {
  const isDeclared = ts.isPropertySignature(node) || ts.isParameter(node) || ts.isVariableDeclaration(node);
  if (!isDeclared && !ts.isBindingElement(node) && !ts.isPropertyDeclaration(node)) return undefined;
  if (!ts.isIdentifier(node.name) || !NAME.test(node.name.text)) return undefined;
  return partsOf(checker.getTypeAtLocation(node)).some((part) => (part.flags & ts.TypeFlags.String) !== 0)
    ? `${node.name.text} is a text`
    : undefined;
}

function partsOf(type: ts.Type): readonly ts.Type[] {
  return type.isUnion() ? type.types : [type];
}

function isSecret(type: ts.Type): boolean {
  const symbol = type.getSymbol();
  const declared = symbol?.declarations?.[0]?.getSourceFile().fileName;
  return symbol?.name === 'Secret' && declared === resolve(ROOT, SECRET_FILE);
}

function mayBeSecret(type: ts.Type): boolean {
  return partsOf(type).some(isSecret);
}

/** Whether a secret lies somewhere in a value of a type: three steps down, which is deeper than any object here. */
function containsSecret(type: ts.Type, checker: ts.TypeChecker, steps = 3): boolean {
  return partsOf(type).some((part) => {
    if (isSecret(part)) return true;
    if (steps === 0 || (part.flags & ts.TypeFlags.Object) === 0) return false;
    const elements = checker.getIndexTypeOfType(part, ts.IndexKind.Number);
    if (elements && containsSecret(elements, checker, steps - 1)) return true;
    const named = checker.getIndexTypeOfType(part, ts.IndexKind.String);
    if (named && containsSecret(named, checker, steps - 1)) return true;
    return part.getProperties().some((property) => {
      const { valueDeclaration } = property;
      if (valueDeclaration?.getSourceFile().fileName.includes('/node_modules/')) return false;
      return containsSecret(checker.getTypeOfSymbol(property), checker, steps - 1);
    });
  });
}
