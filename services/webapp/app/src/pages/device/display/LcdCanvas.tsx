// The dots of the display, each a whole number of the screen's own dots, so that they are crisp.

import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Lcd } from '~/api/types';
import { colourEpoch } from '~/state/preferences';
import { token } from '~/ui/chart/colours';
import { useWidth } from '~/ui/useWidth';

/** Four points a dot is the largest that helps. */
const POINTS_MAX = 4;
/** Of larger dots a line is left free, as the glass has it. */
const GAP_FROM = 4;

export function LcdCanvas({ lcd, title }: { lcd: Lcd; title: string }) {
  const [box, width] = useWidth<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const density = window.devicePixelRatio || 1;
  const dot = Math.max(1, Math.floor(Math.min((width * density) / lcd.width, POINTS_MAX * density)));
  const epoch = colourEpoch.value;
  const picture = lcd.rows.join('');
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context || width === 0) return;
    context.fillStyle = token(lcd.lit ? '--lcd-lit' : '--lcd-unlit');
    context.fillRect(0, 0, lcd.width * dot, lcd.height * dot);
    context.fillStyle = token('--lcd-ink');
    const side = dot >= GAP_FROM ? dot - 1 : dot;
    lcd.rows.forEach((row, y) => {
      for (let x = 0; x < lcd.width; x += 1) {
        const digit = parseInt(row[x >> 2] ?? '0', 16);
        if ((digit >> (3 - (x & 3))) & 1) context.fillRect(x * dot, y * dot, side, side);
      }
    });
  }, [picture, lcd.lit, dot, width, epoch]);
  return (
    <div ref={box} class="lcd-box">
      <canvas
        ref={canvas} class="lcd-glass" role="img" aria-label={title} width={lcd.width * dot} height={lcd.height * dot}
        style={{ width: `${(lcd.width * dot) / density}px`, height: `${(lcd.height * dot) / density}px` }}
      />
    </div>
  );
}
