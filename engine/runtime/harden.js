// Runs in every new runtime before a policy loads. backtracks(pattern, flags) is the host's judgement of a regular expression.
(function harden(backtracks) {
  const { defineProperty, freeze, getOwnPropertyDescriptor, getOwnPropertyNames, getPrototypeOf, hasOwn } = Object;
  const { apply, construct } = Reflect;

  // An expression that needs backtracking cannot be interrupted. Literals are refused when a policy is compiled; here are
  // the other ways to make one.
  const NativeRegExp = RegExp;
  const check = (pattern, flags) => {
    if (backtracks(`${pattern}`, `${flags ?? ""}`)) {
      throw new SyntaxError(`regular expression /${pattern}/ needs backtracking, which cannot be interrupted`);
    }
  };
  const SafeRegExp = function RegExp(pattern, flags) {
    if (!(pattern instanceof NativeRegExp)) check(pattern ?? "", flags);
    if (new.target === undefined) return NativeRegExp(pattern, flags);
    return construct(NativeRegExp, [pattern, flags], new.target === SafeRegExp ? NativeRegExp : new.target);
  };
  SafeRegExp.prototype = NativeRegExp.prototype;
  delete NativeRegExp.prototype.compile;
  globalThis.RegExp = NativeRegExp.prototype.constructor = SafeRegExp;
  for (const name of ["match", "matchAll", "search"]) {
    const native = String.prototype[name];
    const safe = { [name](pattern) {
      if (typeof pattern === "string") check(pattern, name === "matchAll" ? "g" : "");
      return native.call(this, pattern);
    } };
    String.prototype[name] = safe[name];
  }

  // Code from text would come around the check of literals. Binary data has no use here, and freezing it takes its time.
  for (const name of getOwnPropertyNames(globalThis)) {
    if (/^(eval|Function|GoError|ArrayBuffer|DataView|.+Array)$/.test(name)) delete globalThis[name];
  }

  // What is frozen below cannot be overridden by assignment in an object that inherits it, as in
  // `class E extends Error { constructor() { super(); this.name = "E"; } }`. An accessor can.
  const allowOverride = (home, names) => {
    for (const name of names) {
      const { value, writable } = getOwnPropertyDescriptor(home, name) ?? {};
      if (!writable) continue;
      defineProperty(home, name, {
        get() { return value; },
        set(own) {
          if (this === home) throw new TypeError(`${name} is read-only`);
          defineProperty(this, name, { value: own, writable: true, enumerable: true, configurable: true });
        },
      });
    }
  };
  const globals = getOwnPropertyNames(globalThis).map((name) => globalThis[name]);
  const classes = globals.filter((value) => typeof value === "function" && value.prototype);
  allowOverride(Object.prototype, getOwnPropertyNames(Object.prototype));
  for (const { prototype } of classes) {
    if (prototype instanceof Error || prototype === Error.prototype) allowOverride(prototype, ["constructor", "name", "message", "toString"]);
  }

  // A runtime serves many calls: none may leave a trace in what the others use.
  const hidden = [(async () => {}).constructor, function* () {}.constructor, [][Symbol.iterator](), new Map().keys(), new Set().keys(), ""[Symbol.iterator](), "".matchAll(/a/g)];
  for (const value of [...globals, ...hidden]) {
    if (value === globalThis || value === null || (typeof value !== "object" && typeof value !== "function")) continue;
    freeze(value);
    if (hasOwn(value, "prototype") && value.prototype) freeze(value.prototype);
    const parent = getPrototypeOf(value);
    if (parent) freeze(parent);
  }
})
