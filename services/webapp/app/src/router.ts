// Addresses. A path names the page; `?meter=` names the meter or load and goes along to every page; other
// parameters belong to a page and are lost when it is left. Links are ordinary links, so that they can be
// opened in a new tab and copied.

import { computed, signal } from '@preact/signals';

const address = signal(new URL(location.href));

addEventListener('popstate', () => {
  address.value = new URL(location.href);
});

export const path = computed(() => address.value.pathname);
/** First part of the path, `home` for `/`: the page. */
export const pageName = computed(() => path.value.split('/')[1] || 'home');

/** What follows the page in the path: `/device/users` gives `users`. */
export function subPath(): string {
  return path.value.split('/').slice(2).join('/');
}

export function parameter(name: string): string | null {
  return address.value.searchParams.get(name);
}

/** The address of a page, with the chosen meter kept. */
export function href(to: string, parameters: Record<string, string | null> = {}): string {
  const url = new URL(to, location.origin);
  const meter = address.value.searchParams.get('meter');
  if (meter && !url.searchParams.has('meter')) url.searchParams.set('meter', meter);
  for (const [name, value] of Object.entries(parameters)) {
    if (value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return url.pathname + url.search;
}

export function navigate(to: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') history.pushState(null, '', to);
  else history.replaceState(null, '', to);
  address.value = new URL(location.href);
}

/** Changes parameters of this page's address; null removes one. A choice within a page is no step back. */
export function setParameters(parameters: Record<string, string | null>): void {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(parameters)) {
    if (value === null || value === '') url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  navigate(url.pathname + url.search, 'replace');
}

/** Follows links of our own without a reload; the browser keeps those with a key, a target or a download. */
export function followLinks(): void {
  document.addEventListener('click', (click) => {
    if (click.defaultPrevented || click.button !== 0 || click.metaKey || click.ctrlKey || click.shiftKey) return;
    const link = click.target instanceof Element ? click.target.closest('a') : null;
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
    if (link.pathname.startsWith('/api/')) return;
    if (link.hash && link.pathname === location.pathname) return;
    click.preventDefault();
    navigate(link.pathname + link.search);
    window.scrollTo(0, 0);
  });
}
