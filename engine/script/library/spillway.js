// The module "spillway": what a policy can import. Its types are in spillway.d.ts.

const fnv1a = globalThis.fnv1a; // from the host, there while this module loads: FNV-1a, 32 bits, over UTF-8

// The wait before try n + 1, in ms. The ceiling doubles with every try, from base up to cap, and the wait is anywhere
// below it: clients that failed together must not come back together ("full jitter",
// https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
export function backoff(n, { base = 1_000, cap = 60_000 } = {}) {
  const ceiling = Math.min(cap, base * 2 ** (Math.max(1, n) - 1));
  if (!(ceiling >= 0)) throw new TypeError(`backoff: n, base and cap must be numbers, not ${n}, ${base}, ${cap}`);
  return Math.ceil((1 - Math.random()) * ceiling);
}

// A whole number from 0 to 2**32 - 1 that is the same for the same text, today and after an update.
export function hash(text) {
  if (typeof text !== "string") throw new TypeError(`hash: the argument must be a string, not ${text}`);
  return fnv1a(text);
}

// The targets that speak the request's dialect, in the order of the configuration. They are looked for once in each
// runtime, where the targets are always the same.
const home = new Map();
export function sameDialect(request, ctx) {
  const dialect = request.api;
  if (!home.has(dialect)) home.set(dialect, Object.freeze(ctx.targets.filter((target) => target.dialect === dialect)));
  return home.get(dialect);
}
