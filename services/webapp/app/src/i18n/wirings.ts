// Wiring systems by slug.

import { tSlug, words, type Words } from './index';

const WIRINGS: Record<string, Words> = words({
  '3p4w': ['Three phases and neutral, 4 wires', 'Tre fasi e neutro, 4 fili', 'Trois phases et neutre, 4 fils', 'Drei Phasen und Neutralleiter, 4 Leiter'],
  '3p3w': ['Three phases without neutral, 3 wires', 'Tre fasi senza neutro, 3 fili', 'Trois phases sans neutre, 3 fils', 'Drei Phasen ohne Neutralleiter, 3 Leiter'],
  '2p3w': ['Two phases, 3 wires', 'Due fasi, 3 fili', 'Deux phases, 3 fils', 'Zwei Phasen, 3 Leiter'],
  '1p2w': ['Single phase, 2 wires', 'Monofase, 2 fili', 'Monophasé, 2 fils', 'Einphasig, 2 Leiter'],
  'wild-leg': ['Wild leg: 4-wire delta, neutral at the centre tap', 'Wild leg: triangolo a 4 fili, neutro a metà avvolgimento', 'Wild leg : triangle à 4 fils, neutre au point milieu', 'Wild Leg: 4-Leiter-Dreieck, Neutralleiter an der Mittelanzapfung'],
  '3x1p': ['Three single-phase loads', 'Tre carichi monofase', 'Trois charges monophasées', 'Drei einphasige Lasten'],
});

export function wiringName(slug: string): string {
  return tSlug(WIRINGS, slug);
}
