// Every test that docs/security.md names is there, under that name: a part of `make lint`.
import fs from 'node:fs';

const file = 'docs/security.md';
const named = [...fs.readFileSync(file, 'utf8').matchAll(/\[(unit|http|browser)\/(\w+): ([^\]]+)\]/g)];
const missing = named.filter(([, kind, name, promise]) => {
  const test = kind === 'unit' ? `tests/unit/test_${name}.c` : `tests/${kind}/${name}.test.mjs`;
  const text = fs.existsSync(test) ? fs.readFileSync(test, 'utf8').replaceAll("\\'", "'") : '';
  return !(kind === 'unit' ? text.includes(`cmocka_unit_test(${promise})`) : new RegExp(`\\btest\\(['"\`].*${promise.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}['"\`]`).test(text));
});
for (const [reference] of missing) console.log(`${file}: there is no test ${reference}`);
if (!named.length) console.log(`${file}: names no test`);
process.exitCode = missing.length || !named.length ? 1 : 0;
