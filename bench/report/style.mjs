export const STYLE = `
:root{--bg:#fdfdfc;--fg:#1d232b;--soft:#5d6775;--line:#dfe3e8;--won:#2b7a78;--lost:#b04a22;--card:#f3f5f6}
@media (prefers-color-scheme:dark){:root{--bg:#14181d;--fg:#e4e8ec;--soft:#98a3b0;--line:#2c343d;--won:#4fb3a9;--lost:#e98a5d;--card:#1d232a}}
*{box-sizing:border-box}html{scroll-behavior:smooth}
body{margin:0 auto;max-width:66rem;padding:2rem 1.25rem 4rem;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.9rem;margin:0 0 .5rem}h2{font-size:1.45rem;margin:0 0 .5rem}h3{font-size:1.15rem;margin:0 0 .25rem}
article{margin-top:3.5rem;padding-top:1.5rem;border-top:3px solid var(--won)}section{margin-top:2.5rem}p{margin:.25rem 0 .75rem;max-width:50rem}
nav{display:flex;flex-wrap:wrap;gap:.4rem;margin-top:.75rem}nav a{padding:.1rem .7rem;border:1px solid var(--line);border-radius:1rem;font-size:.875rem;text-decoration:none}
a{color:var(--won)}pre,code{font:13px/1.5 ui-monospace,monospace}pre{background:var(--card);padding:.75rem 1rem;border-radius:6px;white-space:pre-wrap;margin:.5rem 0}
.how{color:var(--soft);font-size:.875rem}figure{margin:1rem 0}summary{cursor:pointer;color:var(--won);font-size:.9rem}
figure .steepest-plot{width:100%;max-width:30rem;height:auto;display:block;--plot-back:transparent;--plot-text:var(--fg);--plot-soft:var(--soft);--plot-grid:var(--line);--plot-s1:var(--won);--plot-s2:var(--lost)}
table{border-collapse:collapse;width:100%;margin-top:.5rem;font-size:.875rem;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.2rem .9rem .2rem 0;border-bottom:1px solid var(--line);vertical-align:top}
.number{text-align:right;white-space:nowrap}.name{white-space:nowrap}thead th{color:var(--soft);font-weight:500}.group th{padding-top:.9rem}.group small{color:var(--soft);font-weight:400}
.ours td{font-weight:600}.ours .soft{font-weight:400}.behind .ratio{color:var(--lost);font-weight:600}.missing td,.note,.soft{color:var(--soft)}.note{font-size:.8rem;min-width:12rem}
.glance th[scope=row]{font-weight:400}.glance small{color:var(--soft)}.won-cell b{color:var(--won)}.lost-cell b{color:var(--lost)}
@media (max-width:60rem){
details table,.alone{display:block}details tbody,.alone tbody{display:block}details thead,.alone thead{display:none}
details tr,.alone tr{display:flex;flex-wrap:wrap;gap:0 1rem;padding:.35rem 0;border-bottom:1px solid var(--line)}
details td,.alone td,details th{border:0;padding:0}details .name,.alone .name{flex:1 0 100%;white-space:normal}details .group{border:0;padding-top:1rem}
details .note,.alone .note{flex:1 0 100%;min-width:0}details td:empty,.alone td:empty{display:none}
[data-column]::before{content:attr(data-column) " ";color:var(--soft);font-weight:400}}
@media print{details>*{display:block}body{max-width:none}}
`;
