// The frame of a step: its fields, its error, back and next.

import type { ComponentChildren } from 'preact';
import type { Problem } from '~/api/problem';
import { t } from '~/i18n';
import { W as Common } from '~/i18n/common';
import { Button } from '~/ui/Button';
import { ProblemNotice } from '~/ui/states';
import './setup.css';

interface Props {
  children: ComponentChildren;
  pending: boolean;
  /** What stands beneath no field. */
  problem?: Problem | null;
  onNext: () => void;
  back?: () => void;
  next?: string;
}

export function StepForm({ children, pending, problem, onNext, back, next }: Props) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onNext();
      }}
    >
      <div class="stack">
        {children}
        {problem && problem.errors.length === 0 && <ProblemNotice problem={problem} />}
      </div>
      <div class="setup-actions">
        {back ? <Button onClick={back}>{t(Common.back)}</Button> : <span />}
        <Button kind="main" type="submit" pending={pending}>{next ?? t(Common.next)}</Button>
      </div>
    </form>
  );
}
