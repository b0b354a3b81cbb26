// Tabs are links: each view has an address of its own. On a phone the current one is scrolled into view.

import { useEffect, useRef } from 'preact/hooks';
import { href } from '~/router';

interface Props {
  label: string;
  tabs: readonly { key: string; name: string; to: string }[];
  current: string;
}

export function Tabs({ label, tabs, current }: Props) {
  const bar = useRef<HTMLElement>(null);
  useEffect(() => {
    bar.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [current]);
  return (
    <nav ref={bar} class="tabs" aria-label={label}>
      {tabs.map(({ key, name, to }) => (
        <a key={key} href={href(to)} aria-current={key === current ? 'page' : undefined}>{name}</a>
      ))}
    </nav>
  );
}
