// `npm run docs`: the site builds without a warning, a dead link or a request to another site.
import { builtSite } from '../lib/site.mjs';

export const verifyDocs = () => builtSite().summary;
