// A shape: its type in one line, and its fields beneath. A reference is a link to the list of shapes, which opens
// there.

import type { Schema } from '~/api/types';

const PREFIX = '#/components/schemas/';

function nameOf(ref: string): string {
  return ref.slice(PREFIX.length);
}

/** The type in one line. */
export function typeOf(schema: Schema | boolean | undefined): string {
  if (schema === undefined || typeof schema === 'boolean') return 'any';
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map(typeOf).join(' | ');
  if (schema.allOf) return schema.allOf.map(typeOf).join(' & ');
  if (schema.prefixItems) return `[${schema.prefixItems.map(typeOf).join(', ')}]`;
  if (schema.items !== undefined) return `${typeOf(schema.items)}[]`;
  if (schema.additionalProperties && schema.additionalProperties !== true) return `{ [name]: ${typeOf(schema.additionalProperties)} }`;
  const type = Array.isArray(schema.type) ? schema.type.join(' | ') : (schema.type ?? 'any');
  return type + limits(schema);
}

function limits({ minimum, maximum, minLength, maxLength }: Schema): string {
  const [low, high] = [minimum ?? minLength, maximum ?? maxLength];
  if (low === undefined && high === undefined) return '';
  return ` (${low ?? '…'} … ${high ?? '…'})`;
}

/** Names of shapes within a type are links. */
function TypeText({ schema }: { schema: Schema | boolean | undefined }) {
  const parts = typeOf(schema).split(/(\b[A-Z]\w+\b)/);
  return (
    <span class="mono">
      {parts.map((part, place) => (place % 2 === 1 ? <a key={place} href={`#shape-${part}`} onClick={() => openShape(part)}>{part}</a> : part))}
    </span>
  );
}

function openShape(name: string): void {
  const target = document.getElementById(`shape-${name}`);
  if (target instanceof HTMLDetailsElement) target.open = true;
}

export function SchemaView({ schema }: { schema: Schema | undefined }) {
  if (!schema) return null;
  const variants = (schema.oneOf ?? schema.anyOf)?.filter((variant) => variant.description || variant.properties) ?? [];
  return (
    <div>
      <TypeText schema={schema} />
      {schema.properties && <Fields schema={schema} />}
      {variants.map((variant, place) => (
        <div key={place} class="variant">
          <TypeText schema={variant} /> {variant.description}
          {variant.properties && <Fields schema={variant} />}
        </div>
      ))}
    </div>
  );
}

function Fields({ schema }: { schema: Schema }) {
  return (
    <dl class="fields">
      {Object.entries(schema.properties ?? {}).map(([name, field]) => (
        <div key={name}>
          <dt class="mono">{name}{schema.required?.includes(name) ? '' : '?'}</dt>
          <dd><TypeText schema={field} />{field.description && <div class="small dim">{field.description}</div>}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Schemas({ schemas }: { schemas: Record<string, Schema> }) {
  return (
    <>
      {Object.entries(schemas).map(([name, schema]) => (
        <details key={name} id={`shape-${name}`} class="operation">
          <summary><span class="mono operation-path">{name}</span><span class="operation-summary">{schema.description}</span></summary>
          <div class="operation-body"><SchemaView schema={schema} /></div>
        </details>
      ))}
    </>
  );
}
