#!/usr/bin/env node
import { failureCode, failureText } from './failure.js';
import { endOnClosedPipe } from './output.js';
import { runProgram } from './program.js';

endOnClosedPipe();
process.on('uncaughtException', (error) => {
  process.stderr.write(failureText(error));
  process.exit(failureCode(error));
});
void runProgram(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
