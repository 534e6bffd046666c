// Runs in every new runtime, before harden.js. A built-in function that walks or makes something huge cannot be interrupted,
// and the memory it takes is everybody's. No policy needs so much: here each of them gets a bound, or calls back into
// JavaScript on its way, where it can be interrupted. depth(text) is the host's: how deeply a JSON text is nested.
(function bound(depth) {
  const most = 1_000_000; // items; characters where each becomes an item
  const longest = 32_000_000; // characters of one text: as many as a request may have
  const deepest = 1_000; // levels of JSON
  const { apply } = Reflect;
  const { isArray, prototype: array } = Array;
  const { prototype: string } = String;

  const refuse = (name, limit) => { throw new RangeError(`${String(name)} of more than ${limit} items or characters`); };
  const lengthOf = (value) => Number(value?.length ?? 0);
  const sum = (values) => values.reduce((total, value) => total + lengthOf(value), 0);
  const replace = (home, methods) => {
    for (const name of Reflect.ownKeys(methods)) if (typeof home[name] === "function") home[name] = methods[name];
  };
  // guard bounds what size() says that a call is about to go through.
  const guard = (home, names, size, limit = most) => {
    for (const name of names) {
      const native = home[name];
      replace(home, { [name](...args) {
        if (size(this, args) > limit) refuse(name, limit);
        return apply(native, this, args);
      } });
    }
  };

  // What policies call all the time is guarded without a list of arguments.
  for (const name of ["every", "filter", "find", "findIndex", "findLast", "findLastIndex", "flatMap", "forEach", "map", "some"]) {
    const native = array[name];
    replace(array, { [name](f, that) {
      if (this.length > most) refuse(name, most);
      return native.call(this, f, that);
    } });
  }
  for (const name of ["keys", "entries", "values"]) {
    const native = array[name];
    replace(array, { [name]() {
      if (this.length > most) refuse("an iteration", most);
      return native.call(this);
    } });
  }
  array[Symbol.iterator] = array.values;
  guard(array, ["copyWithin", "fill", "includes", "indexOf", "lastIndexOf", "reduce", "reduceRight", "reverse", "shift", "slice", "sort",
    "splice", "toReversed", "toSorted", "toSpliced", "unshift", "with"], lengthOf);
  guard(array, ["concat"], (list, args) => lengthOf(list) + sum(args));
  guard(Array, ["from"], (_, [items]) => lengthOf(items));
  guard(Function.prototype, ["apply"], (_, [, args]) => lengthOf(args));
  guard(Reflect, ["apply"], (_, [, , args]) => lengthOf(args));
  guard(Reflect, ["construct"], (_, [, args]) => lengthOf(args));
  guard(Object, ["assign", "entries", "getOwnPropertyDescriptors", "getOwnPropertyNames", "keys", "values"],
    (_, args) => Math.max(0, ...args.map((value) => typeof value === "string" || isArray(value) ? value.length : 0)));
  guard(string, ["repeat"], (text, [times]) => lengthOf(`${text}`) * times);
  guard(string, ["padStart", "padEnd"], (_, [length]) => length);
  guard(string, [Symbol.iterator], lengthOf);
  guard(string, ["match"], (text, [pattern]) => pattern?.global ? lengthOf(text) : 0);
  guard(string, ["concat"], (text, args) => lengthOf(text) + sum(args), longest);
  guard(String, ["raw"], (_, [strings]) => lengthOf(strings?.raw));

  // A replacement may hold the text around a match as well.
  const replaced = (always) => (text, [pattern, by]) => {
    const matches = always || pattern?.global ? lengthOf(text) + 1 : 1;
    return matches * (typeof by === "string" ? by.length + (/\$[`'&]/.test(by) ? lengthOf(text) : 0) : 0);
  };
  guard(string, ["replace"], replaced(false), longest);
  guard(string, ["replaceAll"], replaced(true), longest);

  const { split } = string;
  const { join } = array;
  const { parse, stringify } = JSON;
  replace(string, { split(separator, limit = 2 ** 32 - 1) {
    const parts = split.call(this, separator, Math.min(limit, most + 1));
    return parts.length > most ? refuse("split", most) : parts;
  } });
  replace(array, {
    join(separator = ",") {
      if (this.length > most) refuse("join", most);
      const by = `${separator}`;
      const texts = [];
      let length = 0;
      for (let i = 0; i < this.length; i++) {
        const text = `${this[i] ?? ""}`;
        if ((length += text.length + by.length) > longest) refuse("join", longest);
        texts[i] = text;
      }
      return join.call(texts, by);
    },
    toString() { return typeof this.join === "function" ? this.join() : apply(Object.prototype.toString, this, []); },
    toLocaleString() { return `${this}`; },
    flat(levels = 1) {
      const flat = [];
      const add = (list, levels) => list.forEach((item) => {
        if (levels >= 1 && isArray(item)) add(item, levels - 1);
        else if (flat.push(item) > most) refuse("flat", most);
      });
      add(this, levels);
      return flat;
    },
  });
  replace(JSON, {
    parse(text, reviver) {
      if (lengthOf(text) > longest) refuse("JSON.parse", longest);
      if (depth(`${text}`) > deepest) throw new RangeError(`JSON.parse of more than ${deepest} levels`);
      return reviver === undefined ? parse(text) : parse(text, reviver);
    },
    stringify(value, chosen, space) {
      let left = longest;
      const counted = function (key, value) {
        left -= 10 + key.length + (typeof value === "string" ? value.length : 0);
        if (left < 0) refuse("JSON.stringify", longest);
        return typeof chosen === "function" ? chosen.call(this, key, value) : value;
      };
      if (!isArray(chosen)) return stringify(value, counted, space);
      const text = stringify(value, counted);
      return text === undefined ? undefined : stringify(parse(text), chosen, space);
    },
  });

  // One operation on a huge BigInt may take for ever, and operators cannot be guarded.
  delete globalThis.BigInt;
})
