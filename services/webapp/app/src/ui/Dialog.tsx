// Dialogs of the platform: focus stays inside, Escape closes, the page behind is inert.

import './overlay.css';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { t } from '~/i18n';
import { W } from '~/i18n/common';
import { useWrite } from '~/state/write';
import { Button, WriteStatus } from './Button';

interface Props {
  title: string;
  children: ComponentChildren;
  onClose: () => void;
  wide?: boolean;
  /** Escape does nothing: there is no page to go back to. */
  locked?: boolean;
}

export function Dialog({ title, children, onClose, wide, locked }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog} class={wide ? 'dialog dialog-wide' : 'dialog'} aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        if (!locked) onClose();
      }}
    >
      <div class="stack">
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

interface ConfirmProps {
  title: string;
  /** What the act does; its words are also the button's. */
  effect: ComponentChildren;
  action: string;
  danger?: boolean;
  run: () => Promise<unknown>;
  onClose: () => void;
}

/** Asks once before a dangerous act, in the button's own words; stays open until the device has answered. */
export function ConfirmDialog({ title, effect, action, danger = true, run, onClose }: ConfirmProps) {
  const write = useWrite(async () => {
    await run();
    onClose();
  });
  return (
    <Dialog title={title} onClose={onClose}>
      <div>{effect}</div>
      <WriteStatus status={write.status} />
      <div class="dialog-actions">
        <Button onClick={onClose}>{t(W.cancel)}</Button>
        <Button kind={danger ? 'danger' : 'main'} pending={write.pending} onClick={() => void write.run()}>{action}</Button>
      </div>
    </Dialog>
  );
}
