// Forms made from what the server says can be injected. A new kind on the server needs nothing here.

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
import { KINDS, PARAMETERS, W } from './words';

type Answer = string | boolean | string[];

export function Injections({ injected }: { injected: () => void }) {
  const kinds = useResource('injections', api.injections);
  return (
    <Loaded resource={kinds} height={300}>
      {(list) => list.length === 0 ? <Empty text={t(W.none)} /> : (
        <div class="twin-injections">
          {list.map((kind) => <InjectionForm key={kind.kind} kind={kind} injected={injected} />)}
        </div>
      )}
    </Loaded>
  );
}

/** How a parameter is asked for. A list is what has choices and a list as its default. */
function shapeOf({ type, choices, default: preset }: InjectionParameter): 'bool' | 'list' | 'choice' | 'number' | 'text' {
  if (type === 'bool' || type === 'boolean') return 'bool';
  if (choices) return type === 'phases' || type === 'list' || Array.isArray(preset) ? 'list' : 'choice';
  return ['number', 'integer', 'int', 'float', 'u8'].includes(type) ? 'number' : 'text';
}

function first(parameter: InjectionParameter): Answer {
  const { default: preset, choices } = parameter;
  switch (shapeOf(parameter)) {
    case 'bool': return preset === true;
    case 'list': return Array.isArray(preset) ? preset.map(String) : (choices ?? []).map(String);
    case 'choice': return String(preset ?? choices?.[0] ?? '');
    case 'number':
    case 'text': return preset === undefined || preset === null ? '' : String(preset);
  }
}

/** As the server wants it, or what is wrong with it. */
function parsed(parameter: InjectionParameter, answer: Answer): { value: unknown } | { error: string } {
  const shape = shapeOf(parameter);
  if (shape === 'list' && Array.isArray(answer)) return answer.length > 0 ? { value: answer } : { error: t(W.choose_one) };
  if (shape === 'choice') return { value: parameter.choices?.find((choice) => String(choice) === answer) ?? answer };
  if (shape !== 'number' || typeof answer !== 'string') return { value: answer };
  const value = Number(answer.replace(',', '.'));
  return answer.trim() !== '' && Number.isFinite(value) ? { value } : { error: t(W.not_number) };
}

function InjectionForm({ kind, injected }: { kind: InjectionKind; injected: () => void }) {
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
      else body[parameter.name] = result.value;
    }
    setErrors(wrong);
    if (Object.keys(wrong).length === 0) void write.run(body);
  };
  return (
    <form
      class="stack stack-tight"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <h3>{tSlug(KINDS, kind.kind, kind.title)}</h3>
      {kind.parameters.map((parameter) => (
        <ParameterField
          key={parameter.name} parameter={parameter} answer={answers[parameter.name] ?? ''}
          error={errors[parameter.name] ?? write.problem?.of(parameter.name)}
          onChange={(answer) => setAnswers({ ...answers, [parameter.name]: answer })}
        />
      ))}
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

function ParameterField({ parameter, answer, error, onChange }: FieldProps) {
  const { name, unit, min, max, choices = [] } = parameter;
  const label = tSlug(PARAMETERS, name);
  const text = String(answer);
  switch (shapeOf(parameter)) {
    case 'bool':
      return <CheckField label={label} checked={answer === true} onChange={onChange} />;
    case 'list': {
      const chosen = Array.isArray(answer) ? answer : [];
      return (
        <fieldset>
          <legend class="field-label">{label}</legend>
          <div class="row">
            {choices.map(String).map((choice) => (
              <CheckField
                key={choice} label={choice.toUpperCase()} checked={chosen.includes(choice)}
                onChange={(on) => onChange(on ? [...chosen, choice] : chosen.filter((other) => other !== choice))}
              />
            ))}
          </div>
          {error && <p class="field-error" role="alert">{error}</p>}
        </fieldset>
      );
    }
    case 'choice':
      return <SelectField label={label} value={text} error={error} onChange={onChange} options={choices.map((choice) => ({ key: String(choice), name: String(choice).replace(/^l(?=\d)/, 'L') }))} />;
    case 'number': {
      const help = min !== undefined && max !== undefined ? t(Common.range, { min, max }) : undefined;
      return <NumberField label={label} value={text} unit={unit} min={min} max={max} error={error} help={help} onInput={onChange} />;
    }
    case 'text':
      return <TextField label={label} value={text} error={error} onInput={onChange} unit={unit} />;
  }
}
