// Numbers and times as people read them. Durations are milliseconds.

export function duration(ms) {
  if (ms === undefined || ms === null) return "–";
  if (ms < 1) return `${Math.round(ms * 1000)} µs`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 99_500) return `${(ms / 1000).toFixed(ms < 9950 ? 1 : 0)} s`;
  const minutes = Math.round(ms / 60_000);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

// countdown is what is left until then, which moves once a second.
export function countdown(until, now) {
  const s = Math.max(0, Math.ceil((Date.parse(until) - now) / 1000));
  if (s < 100) return `${s} s`;
  return s < 7200 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

export function count(n) {
  if (n < 10_000) return String(Math.round(n));
  return n < 1e6 ? `${(n / 1000).toFixed(n < 1e5 ? 1 : 0)} k` : `${(n / 1e6).toFixed(1)} M`;
}

export function rate(n) {
  return n < 10 ? n.toFixed(1) : String(Math.round(n));
}

// percent never rounds something to nothing, nor nearly all to all.
export function percent(share) {
  if (share > 0 && share < 0.001) return "<0.1 %";
  if (share < 1 && share > 0.999) return ">99.9 %";
  return `${(share * 100).toFixed(share < 0.0995 && share > 0 ? 1 : 0)} %`;
}

export function dollars(n) {
  return n === 0 ? "$0" : `$${n.toFixed(n < 0.001 ? 6 : n < 0.1 ? 4 : 2)}`;
}

export const clock = (at) => new Date(at).toLocaleTimeString(undefined, { hour12: false });

export const plural = (n, one) => `${n} ${one}${n === 1 ? "" : "s"}`;

export const sum = (list, last = list.length) => list.slice(-last).reduce((a, b) => a + b, 0);

// listed is "a", "a and b" or "a, b and c".
export function listed(words) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
