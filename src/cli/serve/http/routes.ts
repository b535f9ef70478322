import { nearestName } from '../../../core/nearest.js';
import { show } from '../../../core/show.js';
import { Refusal } from './refusal.js';

/** The paths of the server with their methods. */
export const ROUTES = {
  '/': ['GET', 'HEAD'],
  '/model': ['GET', 'HEAD'],
  '/health': ['GET', 'HEAD'],
  '/health/live': ['GET', 'HEAD'],
  '/health/ready': ['GET', 'HEAD'],
  '/metrics': ['GET', 'HEAD'],
  '/predict': ['POST'],
} as const satisfies Record<string, readonly string[]>;

export type Route = keyof typeof ROUTES;

const isRoute = (path: string): path is Route => Object.hasOwn(ROUTES, path);

/** The path of a URL, if the server has it: a label of metrics, which clients cannot make longer. */
export const routeName = (path: string): Route | 'other' => (isRoute(path) ? path : 'other');

const NOT_FOUND = 404;
const NOT_ALLOWED = 405;

/** @throws Refusal 404 or 405 */
export function checkRoute(method: string, path: string): Route {
  if (!isRoute(path)) {
    const near = nearestName(path, Object.keys(ROUTES));
    throw new Refusal({
      status: NOT_FOUND,
      code: 'ERR_PATH',
      expected: `one of ${Object.keys(ROUTES).join(', ')}`,
      given: show(path),
      hint: near === undefined ? 'GET / describes the model.' : `Did you mean '${near}'?`,
    });
  }
  const allowed: readonly string[] = ROUTES[path];
  if (allowed.includes(method)) return path;
  throw new Refusal({
    status: NOT_ALLOWED,
    code: 'ERR_METHOD',
    expected: `${allowed[0]} for ${path}`,
    given: show(method),
    hint: path === '/predict' ? 'Send rows by POST.' : 'Send a GET request.',
    headers: { Allow: allowed.join(', ') },
  });
}
