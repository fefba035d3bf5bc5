// Bundles the page's program and style sheet into a C++ source.
//
//   node build.mjs [OUTPUT]     default: ../page_bundle.cc
//
// The same sources and versions (package-lock.json) give the same bytes.
import {createHash} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));

async function bundle(entry) {
  const result = await build({
    absWorkingDir: here,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'iife',
    target: ['es2022'],
    charset: 'ascii',
    legalComments: 'none',
    lineLimit: 100,
    write: false,
  });
  // A control character stands in a string literal; written as an escape it is the same.
  return result.outputFiles[0].text.replace(/[\x00-\x08\x0b-\x1f\x7f]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** A C++ literal in parts: a compiler need not take one of any length. */
function literal(text) {
  const parts = [];
  const lines = text.split(/(?<=\n)/);
  for (let i = 0; i < lines.length; i += 100) parts.push(lines.slice(i, i + 100).join(''));
  return parts.map((part) => `    R"page(${part})page"`).join('\n');
}

const licences = ['dagre', 'graphlib'].map((name) => {
  const folder = join(here, 'node_modules', '@dagrejs', name);
  const {version} = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return `@dagrejs/${name} ${version}\n${readFileSync(join(folder, 'LICENSE'), 'utf8').trim()}\n`;
});
const script = `/*! This page has parts of:\n\n${licences.join('\n')}*/\n${await bundle('src/main.ts')}`;
const style = await bundle('page.css');
for (const text of [script, style]) {
  if (text.includes(')page"')) throw new Error('a raw string literal would end early');
  if (/<\/(script|style)|<!--/i.test(text)) throw new Error('the element would end early');
  if (/[^\x09\x0a\x20-\x7e]/.test(text)) throw new Error('not ASCII');
}
const hash = createHash('sha256').update(script).digest('base64');
const output = process.argv[2] ?? join(here, '..', 'page_bundle.cc');
writeFileSync(output, `// Made by page/build.mjs from page/; not to be edited.
// clang-format off
#include "colocation/render/page_bundle.h"

namespace colocation {

constexpr char kPageScriptHash[] = "sha256-${hash}";

constexpr char kPageStyle[] =
${literal(style)};

constexpr char kPageScript[] =
${literal(script)};

}  // namespace colocation
`);
console.log(`script ${script.length} bytes, style ${style.length} bytes`);
