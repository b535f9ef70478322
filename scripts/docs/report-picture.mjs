// Takes the pictures of a report that README shows, in both themes: docs/images/report-*.webp.
//   npm run build:ts && node scripts/docs/report-picture.mjs
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { withBrowser } from '../verify/lib/browser.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const VIEW = { width: 1200, height: 1240 };
/** README shows them half as wide on most screens. */
const SCALE = 1.5;
const QUALITY = 76;

const folder = mkdtempSync(join(tmpdir(), 'steepest-picture-'));
try {
  const program = join(root, 'scripts/verify/programs/reports.mjs');
  const { status } = spawnSync(process.execPath, [program, folder, 'churn'], { stdio: 'inherit' });
  if (status !== 0) throw new Error('the report was not made');
  await withBrowser(async (browser) => {
    for (const colorScheme of ['light', 'dark']) {
      const page = await browser.newPage({ viewport: VIEW, deviceScaleFactor: SCALE, colorScheme });
      await page.goto(pathToFileURL(join(folder, 'report-churn.html')).href);
      const path = join(root, `docs/images/report-${colorScheme}.webp`);
      const { size } = await sharp(await page.screenshot())
        .webp({ quality: QUALITY })
        .toFile(path);
      console.log(`${path}: ${size} bytes`);
    }
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
