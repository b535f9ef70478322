import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/trackedFiles.js';

const FORMS = join(ROOT, '.github', 'ISSUE_TEMPLATE');
const forms = readdirSync(FORMS).filter((file) => file !== 'config.yml');
const form = (file: string) => readFileSync(join(FORMS, file), 'utf8');
/** The parts of a form's body, as text. */
const parts = (file: string) =>
  form(file)
    .split(/^ {2}- type: /m)
    .slice(1);
const required = (file: string) =>
  parts(file)
    .filter((part) => /^ {6}required: true$/m.test(part))
    .map((part) => /^ {4}id: (\w+)$/m.exec(part)?.[1]);

describe('the forms for issues', () => {
  it.each(forms)('%s has what GitHub demands of one', (file) => {
    expect(form(file)).toMatch(/^name: .+\ndescription: .+\n/);
    expect(form(file)).toMatch(/^body:$/m);
    expect(form(file)).not.toContain('\t');
    const kinds = /^(markdown|textarea|input|dropdown|checkboxes)\n/;
    const ids = parts(file).map((part) => {
      expect(part).toMatch(kinds);
      expect(part).toMatch(/^ {4}attributes:$/m);
      if (part.startsWith('markdown')) return undefined;
      expect(part).toMatch(/^ {6}label: .+$/m);
      return /^ {4}id: (\w+)$/m.exec(part)?.[1];
    });
    const named = ids.filter((id) => id !== undefined);
    expect(new Set(named).size).toBe(named.length);
  });

  it('want a program, the output of the doctor, which has the versions, and the error of a bug', () => {
    expect(required('bug.yml')).toEqual(['happened', 'code', 'doctor', 'backend']);
    expect(required('speed.yml')).toEqual(['figures', 'code', 'doctor']);
    expect(form('bug.yml')).toContain('npx steepest doctor');
  });
});

describe('the page on security', () => {
  it('says how to report in private', () => {
    const page = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');
    expect(page).toContain('](../../security/advisories/new)');
    expect(page).toContain('Supported versions');
  });
});
