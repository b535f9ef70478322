import { LIGHT } from '../plots/draw/theme.js';

/** Charts on paper are those of the light theme, whatever theme the screen has. */
const ON_PAPER = [
  ...Object.entries({ text: LIGHT.text, soft: LIGHT.soft, grid: LIGHT.grid, axis: LIGHT.axis }),
  ...LIGHT.series.map((colour, i) => [`s${i + 1}`, colour] as const),
]
  .map(([name, colour]) => `--plot-${name}:${colour}`)
  .join(';');

/**
 * The style of the page: one column on a phone, a list of sections at the side on a desktop. The
 * colours are those of the charts, with a contrast of at least 4.5 : 1 in both themes.
 */
export const STYLE = `
:root{color-scheme:light dark;--back:#f6f7f9;--card:#fff;--text:#1c2128;--soft:#59636e;--line:#dde1e6;--accent:#1f5fa8;--tint:#eaf1f9;--good:#17693e;--good-back:#e3f4ea;--bad:#a8320c;--bad-back:#fcebe4;--focus:#1f5fa8}
@media (prefers-color-scheme:dark){:root{--back:#0e1114;--card:#15181c;--text:#e6e9ec;--soft:#a2abb5;--line:#2a3037;--accent:#74b3f5;--tint:#1a2531;--good:#5cc98c;--good-back:#14291d;--bad:#f0995a;--bad-back:#301d12;--focus:#74b3f5}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:1rem;-webkit-text-size-adjust:100%}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--back);color:var(--text);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
h1,h2,h3{line-height:1.25;margin:0;font-weight:650;letter-spacing:-.01em}
h1{font-size:clamp(1.5rem,1.2rem + 1.6vw,2.2rem)}
h2{font-size:1.25rem;margin-bottom:1rem}
h3{font-size:1rem;margin:1.5rem 0 .5rem}
p{margin:.5rem 0;max-width:46rem}
a{color:var(--accent)}
.note,figcaption{color:var(--soft);font-size:.875rem}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:4px}
.skip{position:absolute;left:-100rem;top:.5rem;padding:.5rem 1rem;background:var(--card);border-radius:8px;z-index:2}
.skip:focus{left:.5rem}
.top{max-width:78rem;margin:0 auto;padding:2rem 1rem 1rem}
.kind{margin:0 0 .25rem;color:var(--accent);font-size:.8125rem;font-weight:600;letter-spacing:.02em}
.lead{font-size:1.125rem;margin-top:.75rem;max-width:62rem}
.layout{max-width:78rem;margin:0 auto}
nav ul{list-style:none;margin:0 0 1rem;padding:0 1rem;display:flex;flex-wrap:wrap;gap:.4rem}
nav a{display:block;padding:.25rem .75rem;border:1px solid var(--line);border-radius:1rem;background:var(--card);color:var(--text);font-size:.875rem;text-decoration:none}
nav a:hover{border-color:var(--accent);color:var(--accent)}
main section{background:var(--card);border:solid var(--line);border-width:1px 0;padding:1.25rem 1rem;margin-bottom:1rem;min-width:0}
.cards{list-style:none;margin:0;padding:0;display:grid;gap:.75rem;grid-template-columns:repeat(2,minmax(0,1fr))}
.card{border:1px solid var(--line);border-radius:10px;padding:.8rem .9rem}
.card h3{margin:0;font-size:.875rem;font-weight:600;color:var(--soft);letter-spacing:0}
.card .value{margin:.1rem 0;font-size:clamp(1.5rem,1rem + 2.2vw,1.9rem);line-height:1.2;font-weight:650;letter-spacing:-.02em}
.card p{margin:.25rem 0}
.card .beside{font-size:.875rem}
.chip{display:inline-block;padding:0 .5rem;border-radius:1rem;font-size:.8125rem;font-weight:600;background:var(--tint);color:var(--text)}
.chip.better{background:var(--good-back);color:var(--good)}
.chip.worse{background:var(--bad-back);color:var(--bad)}
.facts{display:flex;flex-wrap:wrap;gap:.5rem 2rem;margin:0 0 1rem}
.facts dt{color:var(--soft);font-size:.8125rem}
.facts dd{margin:0;font-weight:600}
.figures{display:grid;gap:1rem 1.5rem;grid-template-columns:repeat(auto-fit,minmax(min(24rem,100%),1fr));align-items:start}
.figures>*{min-width:0}
.plot{margin:0 0 .5rem;max-width:34rem;--plot-back:transparent}
.plot svg{display:block;width:100%;height:auto}
figcaption{margin-top:.35rem}
.scroll{overflow-x:auto;margin:0 0 1rem;max-width:100%;border:1px solid var(--line);border-radius:10px}
table{border-collapse:collapse;width:100%;font-size:.875rem}
caption{text-align:left;padding:.55rem .8rem;font-weight:600;caption-side:top}
th,td{text-align:left;padding:.4rem .8rem;border-top:1px solid var(--line);vertical-align:top;overflow-wrap:normal}
thead th{color:var(--soft);font-weight:500;white-space:nowrap}
tbody th{font-weight:500}
th.number,td.number{text-align:right;white-space:nowrap}
td.words{min-width:13rem}
tbody tr:hover{background:var(--tint)}
pre{padding:.8rem 1rem;background:var(--back);font:.8125rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:normal}
code{font:inherit}
details{margin:.75rem 0}
summary{cursor:pointer;color:var(--accent);font-size:.9375rem;margin-bottom:.5rem}
.spark,.bar{display:block}
.spark{fill:var(--accent)}
.bar{margin-top:.4rem;fill:var(--accent);background:var(--tint);border-radius:2px}
.pictures{list-style:none;margin:0;padding:0;display:grid;gap:.75rem;grid-template-columns:repeat(auto-fill,minmax(7rem,1fr))}
.picture{margin:0;text-align:center}
.picture img{width:100%;height:auto;image-rendering:pixelated;border-radius:8px;border:1px solid var(--line);display:block}
.picture b,.picture span{display:block}
.picture b{color:var(--bad)}
footer{max-width:78rem;margin:0 auto;padding:.5rem 1rem 2.5rem;color:var(--soft);font-size:.875rem}
@media (min-width:40rem){
.top{padding:2.5rem 1.5rem 1.25rem}
.layout{padding:0 1.5rem}
nav ul{padding:0}
.cards{grid-template-columns:repeat(auto-fill,minmax(15rem,1fr))}
main section{border-width:1px;border-radius:14px;padding:1.5rem}
footer{padding:.5rem 1.5rem 2.5rem}
}
@media (min-width:64rem){
.layout{display:grid;grid-template-columns:12rem minmax(0,1fr);gap:2rem;align-items:start}
nav{position:sticky;top:1rem}
nav ul{flex-direction:column;gap:.1rem}
nav a{border:0;background:none;border-radius:8px;padding:.3rem .75rem}
nav a:hover{background:var(--tint)}
main section{padding:1.5rem 1.75rem}
}
@media print{
:root{color-scheme:light;--back:#fff;--card:#fff;--text:#1c2128;--soft:#59636e;--line:#dde1e6;--accent:#1f5fa8;--tint:#eaf1f9;--good:#17693e;--good-back:#e3f4ea;--bad:#a8320c;--bad-back:#fcebe4}
nav,.skip{display:none}
.plot{${ON_PAPER}}
.layout{display:block}
main section{border:0;padding:0;break-inside:auto}
.card,figure,tr{break-inside:avoid}
.scroll{overflow:visible}
table{font-size:.75rem}
th,td{padding:.25rem .4rem;overflow-wrap:anywhere;white-space:normal!important}
pre{white-space:pre-wrap}
}
`;
