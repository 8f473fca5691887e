// Choices that a seed repeats: each part of the run draws from a stream of its own, so that none disturbs another.

export function chance(seed, name) {
  let state = Number(seed) >>> 0;
  for (const char of name) state = Math.imul(state ^ char.charCodeAt(0), 0x9e3779b1) >>> 0;
  const next = () => { // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
  return {
    next,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    of: (list) => list[Math.floor(next() * list.length)],
    may: (share) => next() < share,
    // One of [[weight, value], …].
    weighed(list) {
      let at = next() * list.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, value] of list) {
        at -= weight;
        if (at < 0) return value;
      }
      return list.at(-1)[1];
    },
  };
}
