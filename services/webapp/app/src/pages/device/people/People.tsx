// Users and tokens, for administrators.

import { t, words } from '~/i18n';
import { href } from '~/router';
import { may } from '~/state/session';
import { Empty } from '~/ui/states';
import { Tokens } from './Tokens';
import { Users } from './Users';
import { P } from './words';

const W = words({
  account: ['My account', 'Il mio account', 'Mon compte', 'Mein Konto'],
});

export default function People() {
  if (!may('administrator')) {
    return <section class="panel"><Empty text={t(P.needs)}><a class="button" href={href('/device/account')}>{t(W.account)}</a></Empty></section>;
  }
  return <><Users /><Tokens /></>;
}
