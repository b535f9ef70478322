import { readFileSync } from 'node:fs';
import { fromOnnx } from 'steepest';
const cases = JSON.parse(readFileSync('/tmp/onnxin/fix.json','utf8'));
for (const [name, c] of Object.entries(cases)) {
  try {
    const m = await fromOnnx(Buffer.from(c.file, 'base64'));
    const y = m.predictSync({ data: Float32Array.from(c.x), shape: c.shape });
    const most = Math.max(...c.y.map(Math.abs));
    console.log(name, Math.max(...c.y.map((v,i)=>Math.abs(v-y.data[i])))/most, m.config.layers.map(l=>`${l.type}${l.activation&&l.activation.name!=='linear'?'+'+l.activation.name:''}:${l.name}`).join(' '));
  } catch (e) { console.log(name, 'FAIL', e.code, e.message, e.code?'':e.stack); }
}
