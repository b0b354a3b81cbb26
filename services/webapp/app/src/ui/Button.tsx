// Buttons. One that writes shows that it waits, and its error beside it; it is never optimistic.

import type { ComponentChildren } from 'preact';
import { t } from '~/i18n';
import { W } from '~/i18n/common';
import { moment } from '~/i18n/format';
import { problemText } from '~/i18n/problems';
import type { WriteState } from '~/state/write';

type Kind = 'plain' | 'main' | 'danger' | 'quiet';

interface ButtonProps {
  children: ComponentChildren;
  onClick?: () => void;
  kind?: Kind;
  type?: 'button' | 'submit';
  /** Waiting for the device. */
  pending?: boolean;
  disabled?: boolean;
  /** Why it is disabled, or what it does if it has no word. */
  title?: string;
  label?: string;
  pressed?: boolean;
}

export function Button({
  children, onClick, kind = 'plain', type = 'button', pending = false, disabled = false, title, label, pressed,
}: ButtonProps) {
  return (
    <button
      type={type} class={`button button-${kind}`} disabled={disabled} aria-busy={pending}
      aria-label={label} title={title} aria-pressed={pressed} onClick={pending ? undefined : onClick}
    >
      {pending && <span class="pending-ring" aria-hidden="true" />}
      {children}
    </button>
  );
}

/** How a write stands, in words; empty while nothing was written. */
export function WriteStatus({ status }: { status: WriteState }) {
  return <span class="small" role="status">{writeText(status)}</span>;
}

function writeText(status: WriteState): ComponentChildren {
  switch (status.state) {
    case 'idle': return null;
    case 'pending': return <span class="dim">{t(W.pending)}</span>;
    case 'done': return <span class="is-ok">{t(W.done_at, { time: moment(status.at, 'time') })}</span>;
    case 'failed': return <span class="is-alarm">{t(W.refused, { reason: problemText(status.problem) })}</span>;
  }
}
