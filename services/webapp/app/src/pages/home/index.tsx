// One screen: what flows now and which way, what it was today, what each load takes, and whether anything is
// wrong.

import './home.css';
import { Loads } from './Loads';
import { Now } from './Now';
import { Status } from './Status';
import { Today } from './Today';

export default function HomePage() {
  return (
    <div class="page home">
      <Status />
      <Now />
      <Today />
      <Loads />
    </div>
  );
}
