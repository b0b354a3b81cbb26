// What can be done to the simulation: a kind, and a form made from what the server says of it. A new kind on the server
// needs nothing here.

import { useState } from 'preact/hooks';
import * as api from '~/api/client';
import type { InjectionKind, InjectionParameter } from '~/api/types';
import { t, tSlug } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { useResource } from '~/state/resource';
import { may } from '~/state/session';
import { useWrite } from '~/state/write';
import { Button, WriteStatus } from '~/ui/Button';
import { CheckField, NumberField, SelectField, TextField } from '~/ui/Field';
import { Empty, Loaded } from '~/ui/states';
import { CHOICES, KINDS, PARAMETERS, W } from './words';

type Answer = string | string[];

export function Injections({ injected }: { injected: () => void }) {
  const kinds = useResource('injections', api.injections);
  return (
    <Loaded resource={kinds} height={300}>
      {(list) => list[0] ? <Chooser first={list[0]} kinds={list} injected={injected} /> : <Empty text={t(W.none)} />}
    </Loaded>
  );
}

interface ChooserProps {
  first: InjectionKind;
  kinds: InjectionKind[];
  injected: () => void;
}

function Chooser({ first, kinds, injected }: ChooserProps) {
  const [chosen, setChosen] = useState(first.kind);
  const kind = kinds.find((one) => one.kind === chosen) ?? first;
  return (
    <div class="stack stack-tight">
      <SelectField
        label={t(W.what)} value={kind.kind} onChange={setChosen} help={tSlug(KINDS, `${kind.kind}?`, kind.title)}
        options={kinds.map((one) => ({ key: one.kind, name: tSlug(KINDS, one.kind, one.kind) }))}
      />
      <Form key={kind.kind} kind={kind} injected={injected} />
    </div>
  );
}

function first({ type, choices = [], default: preset, needed }: InjectionParameter): Answer {
  if (type === 'set' || type === 'list') return Array.isArray(preset) ? preset : [];
  return String(preset ?? (needed && type === 'choice' ? choices[0] : null) ?? '');
}

/** As the server wants it, nothing if it is left out, or what is wrong with it. */
function parsed({ type, needed }: InjectionParameter, answer: Answer): { value?: unknown } | { error: string } {
  if (Array.isArray(answer)) {
    if (answer.length > 0) return { value: answer };
    return needed ? { error: t(W.choose_one) } : {};
  }
  const text = answer.trim();
  if (text === '') return needed ? { error: t(W.needed) } : {};
  if (type !== 'number') return { value: text };
  const value = Number(text.replace(',', '.'));
  return Number.isFinite(value) ? { value } : { error: t(W.not_number) };
}

function Form({ kind, injected }: { kind: InjectionKind; injected: () => void }) {
  const [answers, setAnswers] = useState<Record<string, Answer>>(Object.fromEntries(kind.parameters.map((row) => [row.name, first(row)])));
  const [errors, setErrors] = useState<Record<string, string>>({});
  const write = useWrite(async (body: Record<string, unknown>) => {
    await api.inject(kind.kind, body);
    injected();
  });
  const submit = () => {
    const wrong: Record<string, string> = {};
    const body: Record<string, unknown> = {};
    for (const parameter of kind.parameters) {
      const result = parsed(parameter, answers[parameter.name] ?? '');
      if ('error' in result) wrong[parameter.name] = result.error;
      else if (result.value !== undefined) body[parameter.name] = result.value;
    }
    setErrors(wrong);
    if (Object.keys(wrong).length === 0) void write.run(body);
  };
  return (
    <form
      class="stack stack-tight" noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div class="twin-parameters">
        {kind.parameters.map((parameter) => (
          <ParameterField
            key={parameter.name} parameter={parameter} answer={answers[parameter.name] ?? ''}
            error={errors[parameter.name] ?? write.problem?.of(parameter.name)}
            onChange={(answer) => setAnswers({ ...answers, [parameter.name]: answer })}
          />
        ))}
      </div>
      <div class="row">
        <Button type="submit" pending={write.pending} disabled={!may('operator')} title={may('operator') ? undefined : t(Common.needs_role, { role: t(Common.operator) })}>
          {t(W.inject)}
        </Button>
        <WriteStatus status={write.status} />
      </div>
    </form>
  );
}

interface FieldProps {
  parameter: InjectionParameter;
  answer: Answer;
  error: string | undefined;
  onChange: (answer: Answer) => void;
}

/** `l1` and `-l1` as they are written on the device; other names as we know them, or as they are. */
function choiceName(choice: string): string {
  return /^-?l[123]$/.test(choice) ? choice.replace('-', '−').toUpperCase() : tSlug(CHOICES, choice, choice);
}

function ParameterField({ parameter, answer, error, onChange }: FieldProps) {
  const { name, type, unit, min, max, choices = [], needed } = parameter;
  const label = tSlug(PARAMETERS, name) + (needed || Array.isArray(answer) ? '' : ` (${t(W.optional)})`);
  const options = choices.map((choice) => ({ key: choice, name: choiceName(choice) }));
  if (Array.isArray(answer)) {
    return (
      <fieldset>
        <legend class="field-label">{label}</legend>
        <div class="row">
          {type === 'list'
            ? answer.map((one, place) => (
              <SelectField
                key={place} label={`L${place + 1}`} value={one} options={options}
                onChange={(choice) => onChange(answer.map((old, at) => at === place ? choice : old))}
              />
            ))
            : choices.map((choice) => (
              <CheckField
                key={choice} label={choiceName(choice)} checked={answer.includes(choice)}
                onChange={(on) => onChange(on ? [...answer, choice] : answer.filter((other) => other !== choice))}
              />
            ))}
        </div>
        {error && <p class="field-error" role="alert">{error}</p>}
      </fieldset>
    );
  }
  switch (type) {
    case 'choice':
      return <SelectField label={label} value={answer} error={error} onChange={onChange} options={needed ? options : [{ key: '', name: '–' }, ...options]} />;
    case 'number': {
      const help = min !== undefined && max !== undefined && max < 1e6 ? t(Common.range, { min, max }) : undefined;
      return <NumberField label={label} value={answer} unit={unit} min={min} max={max} error={error} help={help} onInput={onChange} />;
    }
    default:
      return <TextField label={label} value={answer} error={error} onInput={onChange} unit={unit} />;
  }
}
