// Says who it is, as the environment of `argv[2]` (JSON; null stands for no variable) describes it.
import { makeLink } from './link.mjs';

const env = { ...process.env };
for (const [name, value] of Object.entries(JSON.parse(process.argv[2] ?? '{}'))) {
  if (value === null) delete env[name];
  else env[name] = value.replace(/\$(\w+)/g, (_, other) => process.env[other]);
}
try {
  const link = makeLink({ env });
  console.log(`rank ${link.rank} of ${link.size}: ${link.library}`);
  link.close();
} catch (error) {
  console.log(`${error.code}: ${error.message}`);
  process.exitCode = 3;
}
