// Loaded into firebase-tools. Where the local stack's clock was set, the Auth emulator has to go by the same one: the product
// compares when somebody signed in with when they were signed out, and a token's end with its own time.
const ahead = 1000 * Number(process.env.CLOCK_OFFSET_SECONDS || 0);

if (ahead) {
  const now = () => Machine.now() + ahead;
  const Machine = Date;

  globalThis.Date = new Proxy(Machine, {
    construct: (target, given, made) => Reflect.construct(target, given.length > 0 ? given : [now()], made),
    apply: () => new Machine(now()).toString(),
    get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
  });
}
