import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
const FILE = resolve(ROOT, 'dist/sbom.cdx.json');

/** What of npm's bill is looked at here. */
interface Bill {
  readonly bomFormat: string;
  readonly metadata: { readonly component: { name: string } };
  readonly components: readonly { readonly purl: string }[];
}

/** npm names the project after its folder. */
function billOf(name: string): Bill {
  const options = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
  const bill: Bill = JSON.parse(execFileSync('npm', options, { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 26 }));
  if (bill.bomFormat !== 'CycloneDX' || bill.components.length === 0)
    throw new Error('npm has made no bill of materials');
  bill.metadata.component.name = name;
  return bill;
}

const { name } = JSON.parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8'));
const bill = billOf(name);
mkdirSync(resolve(ROOT, 'dist'), { recursive: true });
writeFileSync(FILE, `${JSON.stringify(bill, null, 2)}\n`);
console.log(`${FILE}: ${bill.components.length} components`);
