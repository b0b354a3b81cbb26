// A choice of few, all of them visible.

interface Props<K extends string> {
  label: string;
  options: readonly { key: K; name: string }[];
  value: K;
  onChange: (key: K) => void;
}

export function Segments<K extends string>({ label, options, value, onChange }: Props<K>) {
  return (
    <div class="segments" role="group" aria-label={label}>
      {options.map(({ key, name }) => (
        <button key={key} type="button" aria-pressed={key === value} onClick={() => onChange(key)}>{name}</button>
      ))}
    </div>
  );
}
