// SPDX-License-Identifier: Apache-2.0
// Makes a training set as sharp is used for it: decode, turn upright, fit inside a square, encode,
// write. One thread a picture and as many pictures at a time as there are threads.
//
// What is loaded on first use is loaded before the clock starts. The last line says images/s.
//
// usage: node sharp_peer.mjs --modules FOLDER --format png|jpeg --out FOLDER [--side N]
//        [--threads N] SOURCE...
//        FOLDER: where bench/node was installed; a SOURCE is a ZIP archive or a picture

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';
import zlib from 'node:zlib';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    modules: { type: 'string' },
    format: { type: 'string' },
    out: { type: 'string' },
    side: { type: 'string', default: '1024' },
    threads: { type: 'string', default: '2' },
  },
});
const threads = Number(values.threads);
process.env.UV_THREADPOOL_SIZE = String(threads);  // read when the first task comes

const sharp = createRequire(path.resolve(values.modules, 'package.json'))('sharp');
sharp.concurrency(1);
sharp.cache(false);

const PNG = { compressionLevel: 6 };
const JPEG = { quality: 85 };
const RECORD = 0x02014b50;
const END_RECORD_BYTES = 22;

function readAt(file, position, length) {
  const bytes = Buffer.alloc(length);
  fs.readSync(file, bytes, 0, length, position);
  return bytes;
}

// Of an archive without comment and without ZIP64: [{stem, read}].
function membersOf(archive) {
  const file = fs.openSync(archive);
  const end = readAt(file, fs.fstatSync(file).size - END_RECORD_BYTES, END_RECORD_BYTES);
  const directory = readAt(file, end.readUInt32LE(16), end.readUInt32LE(12));
  const members = [];
  let at = 0;
  while (at < directory.length && directory.readUInt32LE(at) === RECORD) {
    const isDeflated = directory.readUInt16LE(at + 10) === 8;
    const stored = directory.readUInt32LE(at + 20);
    const header = directory.readUInt32LE(at + 42);
    const [name, extra, comment] = [28, 30, 32].map((field) => directory.readUInt16LE(at + field));
    const text = directory.toString('utf8', at + 46, at + 46 + name);
    members.push({
      stem: path.parse(text).name,
      read() {
        const local = readAt(file, header, 30);
        const start = header + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
        const data = readAt(file, start, stored);
        return isDeflated ? zlib.inflateRawSync(data) : data;
      },
    });
    at += 46 + name + extra + comment;
  }
  return members;
}

function picturesOf(source) {
  return source.endsWith('.zip')
    ? membersOf(source)
    : [{ stem: path.parse(source).name, read: () => fs.readFileSync(source) }];
}

async function make(picture) {
  const side = Number(values.side);
  const small = sharp(picture.read())
    .autoOrient()
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true });
  if (values.format === 'png') {
    await small.png(PNG).toFile(path.join(values.out, `${picture.stem}.png`));
  } else {
    await small.jpeg(JPEG).toFile(path.join(values.out, `${picture.stem}.jpg`));
  }
}

const pictures = positionals.flatMap(picturesOf);
fs.mkdirSync(values.out);
await make(pictures[0]);
const started = performance.now();
let next = 0;
async function work() {
  while (next < pictures.length) {
    const picture = pictures[next];
    next += 1;
    await make(picture);
  }
}
await Promise.all(Array.from({ length: threads }, work));
const seconds = (performance.now() - started) / 1000;
console.log(JSON.stringify({
  images_per_second: Number((pictures.length / seconds).toFixed(3)),
  seconds: Number(seconds.toFixed(4)),
}));
