// Start: styles, preferences, session, page.

import './ui/tokens.css';
import './ui/base.css';
import './ui/layout.css';
import './ui/controls.css';
import './ui/marks.css';
import { render } from 'preact';
import { App } from './app';
import { followLinks } from './router';
import { beginPreferences } from './state/preferences';
import { beginSession } from './state/session';

beginPreferences();
followLinks();
void beginSession();

const root = document.getElementById('app');
if (root) render(<App />, root);
