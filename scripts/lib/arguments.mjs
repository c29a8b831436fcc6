// What a script must know of the arguments that it passes on to `mcc run`, which alone knows all the flags.

/** The value of the first of these flags that was given, as `--flag value`, `--flag=value`, `-f value` or `-fvalue`. */
export function flag(args, ...names) {
  for (const [index, argument] of args.entries()) {
    for (const name of names) {
      if (argument === name) return args[index + 1] ?? '';
      if (argument.startsWith(name.startsWith('--') ? `${name}=` : name)) {
        return argument.slice(name.length).replace(/^=/, '');
      }
    }
  }
  return undefined;
}

/** The first argument that is neither a flag nor its value. What follows a flag without a dash is taken for its value. */
export function target(args) {
  for (let index = 0; index < args.length; index++) {
    const argument = args[index];
    if (argument === '--') return args[index + 1];
    if (!argument.startsWith('-')) return argument;
    const attached = argument.startsWith('--') ? argument.includes('=') : argument.length > 2;
    if (!attached && args[index + 1]?.startsWith('-') === false) index++;
  }
  return undefined;
}

/** The stack that the arguments name, or whose own flags they hold; undefined: either would do. */
export function stackOf(args) {
  const named = flag(args, '--stack', '--network-stack');
  if (named !== undefined) return named;
  return ['kernel', 'mtcp'].find((stack) => args.some((argument) => argument.startsWith(`--${stack}.`)));
}
