// Every text of the interface has its German, and nothing else stands in the catalogues: a part of `make lint`.
//   C: t("…"), tn("…", "…"), and tables marked with T("…")    templates: {{…}}    -> html/de.po
//   scripts: t('…'), n('…', '…')                                                 -> js/de.js
import fs from 'node:fs';

const files = (folder, end) => fs.readdirSync(folder).filter((name) => name.endsWith(end)).map((name) => `${folder}/${name}`);
const trouble = [];

// A program of several files has the others in a folder of its name.
const programs = fs.readdirSync('cgi-bin', { recursive: true }).filter((name) => name.endsWith('.c')).map((name) => `cgi-bin/${name}`);

// Adjacent literals of C are one text.
const LITERALS = '((?:"(?:[^"\\\\]|\\\\.)*"\\s*)+)';
const unquote = (literals) => [...literals.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1]).join('');

function wanted() {
  const texts = new Map(); // text -> where, and its plural
  const add = (text, where, many) => { if (!texts.has(text)) texts.set(text, { where, many }); };
  for (const file of [...files('lib', '.c'), ...files('lib', '.h'), ...programs]) {
    const code = fs.readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
    for (const [, one] of code.matchAll(new RegExp(`\\b[tT]\\(\\s*${LITERALS}\\)`, 'g'))) add(unquote(one), file);
    for (const [, one, many] of code.matchAll(new RegExp(`\\btn\\(\\s*${LITERALS},\\s*${LITERALS}`, 'g'))) add(unquote(one), file, unquote(many));
  }
  for (const file of files('html', '.cs'))
    for (const [, text] of fs.readFileSync(file, 'utf8').matchAll(/\{\{([\s\S]*?)\}\}/g)) add(text.replaceAll('"', '\\"'), file);
  return texts;
}

// msgid -> [msgstr, …], escapes as they stand.
function catalogue(file) {
  const entries = new Map();
  for (const block of fs.readFileSync(file, 'utf8').split(/\n\n+/)) {
    const part = (name) => {
      const found = new RegExp(`^${name} ((?:"(?:[^"\\\\]|\\\\.)*"\\s*)+)`, 'm').exec(block);
      return found ? unquote(found[1]) : undefined;
    };
    const id = part('msgid');
    if (!id) continue;
    if (entries.has(id)) trouble.push(`${file}: twice: "${id}"`);
    entries.set(id, { many: part('msgid_plural'), forms: [part('msgstr'), part('msgstr\\[0\\]'), part('msgstr\\[1\\]')].filter((form) => form) });
  }
  return entries;
}

const directives = (text) => (text.match(/%[^%a-z]*[a-zA-Z]+|<\?cs.*?\?>/g) || []).join();

function compare(texts, entries, name) {
  for (const [text, { where, many }] of texts) {
    const entry = entries.get(text);
    if (!entry || entry.forms.length !== (many ? 2 : 1)) trouble.push(`${where}: "${text}" is not in ${name}${many ? ' with two forms' : ''}`);
    else if (many !== entry.many) trouble.push(`${where}: "${text}" has another plural in ${name}`);
    else if (entry.forms.some((form) => directives(form) !== directives(text))) trouble.push(`${name}: "${text}" and its German take other values`);
  }
  for (const text of entries.keys()) if (!texts.has(text)) trouble.push(`${name}: "${text}" stands nowhere any more`);
}

compare(wanted(), catalogue('html/de.po'), 'html/de.po');

const german = (await import(`data:text/javascript,${encodeURIComponent(fs.readFileSync('js/de.js', 'utf8'))}`)).default;
const used = new Set();
for (const file of files('js', '.js').filter((each) => !/\/(de|text)\.js$/.test(each))) {
  const code = fs.readFileSync(file, 'utf8');
  for (const [, call, quote, text] of code.matchAll(/\b([tn])\(\s*(['`"])((?:[^\\]|\\.)*?)\2/g)) {
    const words = text.replace(/\\(.)/g, '$1');
    used.add(words);
    if (quote === '`') trouble.push(`${file}: \`${text}\` is no plain text`);
    else if (!(words in german)) trouble.push(`${file}: '${text}' is not in js/de.js`);
    else if (Array.isArray(german[words]) !== (call === 'n')) trouble.push(`js/de.js: '${text}' has the wrong number of forms`);
  }
}
for (const text of Object.keys(german)) if (!used.has(text)) trouble.push(`js/de.js: '${text}' stands nowhere any more`);

for (const line of trouble) console.error(line);
process.exitCode = trouble.length ? 1 : 0;
