// Fields of forms: label above, help and error beneath, both told to readers of the screen.

import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface Common {
  label: string;
  /** Unit, range, default, when it takes effect. */
  help?: ComponentChildren;
  error?: string | null;
  disabled?: boolean;
}

interface Ids {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': boolean;
}

function Frame({ label, help, error, children }: Common & { children: (ids: Ids) => ComponentChildren }) {
  const id = useId();
  const described = [help ? `${id}-help` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label class="field-label" for={id}>{label}</label>
      {children({ id, 'aria-describedby': described || undefined, 'aria-invalid': Boolean(error) })}
      {help && <div class="field-help" id={`${id}-help`}>{help}</div>}
      {error && <div class="field-error" id={`${id}-error`} role="alert">{error}</div>}
    </div>
  );
}

interface TextProps extends Common {
  value: string;
  onInput: (value: string) => void;
  type?: 'text' | 'password' | 'search' | 'date' | 'month' | 'datetime-local';
  autocomplete?: string;
  required?: boolean;
  unit?: string;
  minLength?: number;
  maxLength?: number;
  autofocus?: boolean;
}

export function TextField(props: TextProps) {
  const { value, onInput, type = 'text', autocomplete = 'off', required, unit, minLength, maxLength } = props;
  return (
    <Frame {...props}>
      {(ids) => (
        <div class="field-control">
          <input
            {...ids} class="input" type={type} value={value} autocomplete={autocomplete} required={required}
            disabled={props.disabled} minLength={minLength} maxLength={maxLength} autofocus={props.autofocus}
            onInput={(event) => onInput(event.currentTarget.value)}
          />
          {unit && <span class="dim">{unit}</span>}
        </div>
      )}
    </Frame>
  );
}

interface NumberProps extends Common {
  value: string;
  onInput: (value: string) => void;
  unit?: string;
  min?: number;
  max?: number;
  step?: number | 'any';
}

/** The text as typed: what is no number is the caller's to refuse, in words. */
export function NumberField(props: NumberProps) {
  const { value, onInput, unit, min, max, step = 'any' } = props;
  return (
    <Frame {...props}>
      {(ids) => (
        <div class="field-control">
          <input
            {...ids} class="input num" type="number" inputMode="decimal" value={value} min={min} max={max} step={step}
            disabled={props.disabled} onInput={(event) => onInput(event.currentTarget.value)}
          />
          {unit && <span class="dim">{unit}</span>}
        </div>
      )}
    </Frame>
  );
}

interface AreaProps extends Common {
  value: string;
  onInput: (value: string) => void;
  rows?: number;
}

export function TextArea(props: AreaProps) {
  return (
    <Frame {...props}>
      {(ids) => (
        <textarea
          {...ids} class="input" rows={props.rows ?? 8} value={props.value} disabled={props.disabled} spellcheck={false}
          onInput={(event) => props.onInput(event.currentTarget.value)}
        />
      )}
    </Frame>
  );
}

interface SelectProps<K extends string> extends Common {
  value: K;
  options: readonly { key: K; name: string }[];
  onChange: (key: K) => void;
}

export function SelectField<K extends string>(props: SelectProps<K>) {
  return (
    <Frame {...props}>
      {(ids) => (
        <select
          {...ids} class="input" value={props.value} disabled={props.disabled}
          onChange={(event) => props.onChange(event.currentTarget.value as K)}
        >
          {props.options.map(({ key, name }) => <option key={key} value={key}>{name}</option>)}
        </select>
      )}
    </Frame>
  );
}

interface CheckProps {
  label: ComponentChildren;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
}

export function CheckField({ label, checked, onChange, disabled }: CheckProps) {
  return (
    <label class="check">
      <input
        type="checkbox" checked={checked} disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span>{label}</span>
    </label>
  );
}
