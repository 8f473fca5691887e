// The texts of the scripts, in the page's language. English stands where it is used and is the key; de.js has the
// German. `{}` in a text is where a value goes.

export const language = document.documentElement.lang || 'en';
// For dates: as the reader's own country writes them in that language.
export const locale = navigator.language?.startsWith(language) ? navigator.language : language;

const words = language === 'de' ? await import('./de.js').then((module) => module.default, () => ({})) : {};

const fill = (text, values) => text.replaceAll('{}', () => values.shift());

export const t = (english, ...values) => fill(words[english] || english, values);

// For so many: n('{} member', '{} members', 3).
export const n = (one, many, count) => fill((words[one] || [one, many])[count === 1 ? 0 : 1], [count]);
