// The bundle that is checked in is what its sources give, and these are sound.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';

const {PAGE, PACKAGES} = process.env;
let folder;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'page-'));
  for (const name of ['src', 'page.css', 'build.mjs', 'package.json', 'tsconfig.json']) {
    cpSync(join(PAGE, name), join(folder, name), {recursive: true, dereference: true});
  }
  symlinkSync(PACKAGES, join(folder, 'node_modules'));
});

after(() => rmSync(folder, {recursive: true}));

test('the bundle is up to date', () => {
  const made = join(folder, 'page_bundle.cc');
  execFileSync(process.execPath, [join(folder, 'build.mjs'), made], {stdio: 'pipe'});
  assert.ok(readFileSync(made, 'utf8') === readFileSync(join(PAGE, '..', 'page_bundle.cc'), 'utf8'),
    'in colocation/render/page: npm ci --ignore-scripts && npm run build');
});

test('the types hold', () => {
  execFileSync(process.execPath, [join(PACKAGES, 'typescript', 'bin', 'tsc'), '--project', folder], {stdio: 'inherit'});
});
