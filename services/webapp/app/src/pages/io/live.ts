// Inputs and outputs as each window has them; what reads one is drawn again when that one changes, and not with
// each window.

import { computed } from '@preact/signals';
import { image } from '~/state/live';

export const inputClosed = computed(() => image.value?.io.input_closed);
export const outputClosed = computed(() => image.value?.io.output_closed);
export const alarmRaised = computed(() => image.value?.io.alarm);
export const tariffNow = computed(() => image.value?.io.tariff);
export const inputUndefined = computed(() => image.value?.io.warnings.includes('input_undefined'));
export const outputOverload = computed(() => image.value?.io.warnings.includes('output_overload'));
