// Vitest's results in the form of lib/tally.mjs: what failed, with its error; what was skipped, with its reason; the sum.
import { skipLine, sumLine } from './tally.mjs';

export default class TallyReporter {
  onInit(vitest) {
    this.vitest = vitest;
  }

  /** Called once. `modules` are the test files; `errors` happened outside of any test. */
  onTestRunEnd(modules, errors) {
    const total = { passed: 0, failed: 0, skipped: 0 };
    for (const error of errors) this.fail(total, 'outside of any test', [error]);
    if (modules.length === 0) this.fail(total, 'no test file was found', []);
    for (const module of modules) {
      const file = module.relativeModuleId;
      if (module.errors().length > 0) this.fail(total, file, module.errors());
      for (const suite of module.children.allSuites()) {
        if (suite.errors().length > 0) this.fail(total, `${file}: ${suite.fullName}`, suite.errors());
      }
      for (const test of module.children.allTests()) this.count(total, `${file}: ${test.fullName}`, test.result());
    }
    console.log(sumLine(total));
  }

  count(total, name, result) {
    if (result.state === 'passed') total.passed += 1;
    else if (result.state === 'skipped' && result.note) {
      total.skipped += 1;
      console.log(skipLine(name, result.note));
    } else this.fail(total, name, result.errors ?? [{ message: 'It did not run, and gave no reason.' }]);
  }

  fail(total, name, errors) {
    total.failed += 1;
    console.log(`FAILED ${name}`);
    for (const error of errors)
      console.log(ownFrames(error.stack ?? error.message), error.diff ? `\n${error.diff}` : '');
  }
}

/** A stack trace without the frames of vitest itself. */
function ownFrames(stack) {
  return stack
    .split('\n')
    .filter((line) => !/^\s+at .*node_modules/.test(line))
    .join('\n');
}
