// One way to the server: JSON both ways, the session's CSRF value on every unsafe method, and errors
// as `Problem`s. Who is told of a lost session is set from outside, so that this file knows no state.

import { Problem, problemOf } from './problem';

export const BASE = '/api/v1';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

let csrf = '';
let onSessionLost: () => void = () => {};
let confirmPassword: () => Promise<boolean> = async () => false;

export function setCsrf(value: string): void {
  csrf = value;
}

/** `lost` hears that nobody is logged in; `confirm` asks for the password and says whether to try again. */
export function setSessionHandlers(lost: () => void, confirm: () => Promise<boolean>): void {
  onSessionLost = lost;
  confirmPassword = confirm;
}

export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return request<T>('GET', path, undefined, signal);
}

export function post<T>(path: string, body?: unknown): Promise<T> {
  return request<T>('POST', path, body);
}

export function put<T>(path: string, body?: unknown): Promise<T> {
  return request<T>('PUT', path, body);
}

export function patch<T>(path: string, body?: unknown): Promise<T> {
  return request<T>('PATCH', path, body);
}

export function del<T = void>(path: string): Promise<T> {
  return request<T>('DELETE', path);
}

/** A file, with the name that the server gives it. */
export async function getFile(path: string): Promise<{ name: string; content: Blob }> {
  const response = await answer('GET', path);
  const name = /filename="([^"]+)"/.exec(response.headers.get('Content-Disposition') ?? '')?.[1];
  return { name: name ?? path.split('/').pop() ?? 'file', content: await response.blob() };
}

async function request<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  return read<T>(await answer(method, path, body, signal), `${method} ${BASE}${path}`);
}

/** The answer if it is a success; asks for the password once more if the server wants it. */
async function answer(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const name = `${method} ${BASE}${path}`;
  const response = await send(method, path, body, signal, name);
  if (response.ok) return response;
  const problem = await problemOf(response, name);
  if (problem.slug === 'confirm-password' && (await confirmPassword())) {
    return answer(method, path, body, signal);
  }
  if (problem.slug === 'not-logged-in') onSessionLost();
  throw problem;
}

async function send(
  method: Method,
  path: string,
  body: unknown,
  signal: AbortSignal | undefined,
  name: string,
): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (method !== 'GET') headers['X-CSRF-Token'] = csrf;
  let sent: BodyInit | undefined;
  if (body instanceof Blob) {
    headers['Content-Type'] = 'application/json';
    sent = body;
  } else if (body !== undefined) {
    headers['Content-Type'] = 'application/json';
    sent = JSON.stringify(body);
  }
  try {
    return await fetch(BASE + path, { method, headers, body: sent, signal, credentials: 'same-origin' });
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === 'AbortError') throw thrown;
    throw new Problem('network', 0, '', thrown instanceof Error ? thrown.message : '', [], name);
  }
}

async function read<T>(response: Response, name: string): Promise<T> {
  if (response.status === 204) return undefined as T;
  const type = response.headers.get('Content-Type') ?? '';
  if (!type.includes('json')) return (await response.text()) as T;
  try {
    return (await response.json()) as T;
  } catch {
    throw new Problem('broken', response.status, '', 'the answer is not JSON', [], name);
  }
}

/** `?a=1&b=x,y` of what is given; lists are joined by commas. */
export function query(parameters: Record<string, string | number | string[] | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined || value === '') continue;
    search.set(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  const text = search.toString();
  return text ? `?${text}` : '';
}
