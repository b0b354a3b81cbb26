// Icons as strokes on a grid of 24. Beside a word they are decoration and hidden from readers.

const PATHS = {
  home: 'M4 11l8-7 8 7v9h-5v-6H9v6H4z',
  live: 'M2 12c2.5-9 5-9 7 0s4.500 9 7 0 3-7 6-7',
  history: 'M4 20V4M4 20h17M8 16v-4M12 16V8M16 16v-6M20 16V6',
  reports: 'M6 3h9l4 4v14H6zM14 3v5h5M9 13h7M9 17h7',
  device: 'M4 5h16v14H4zM7 8h10v6H7zM8 17h.01M12 17h.01M16 17h.01',
  twin: 'M4 4h10v10H4zM10 10h10v10H10z',
  alarm: 'M12 3l10 18H2zM12 10v5M12 18h.01',
  ok: 'M4 12l5 6L20 6',
  user: 'M12 12a4 4 0 100-8 4 4 0 000 8zM4 21c1-5 4-6 8-6s7 1 8 6',
  'arrow-in': 'M3 12h15M12 6l6 6-6 6M21 4v16',
  'arrow-out': 'M21 12H6M12 6l-6 6 6 6M3 4v16',
  close: 'M5 5l14 14M19 5L5 19',
  down: 'M6 9l6 6 6-6',
  pause: 'M8 5v14M16 5v14',
  play: 'M7 5l12 7-12 7z',
  download: 'M12 4v11M7 11l5 5 5-5M4 20h16',
  table: 'M4 5h16v14H4zM4 10h16M4 15h16M10 5v14',
  reset: 'M5 12a7 7 0 107-7H7M10 2L7 5l3 3',
  dashboards: 'M4 4h7v9H4zM13 4h7v5h-7zM4 15h7v5H4zM13 11h7v9h-7z',
  io: 'M3 8h12M11 4l4 4-4 4M21 16H9M13 12l-4 4 4 4',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor"
      stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
