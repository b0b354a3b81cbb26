// Tokens as colours for a canvas, which does not know custom properties.

export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim() || '#808080';
}

/** The tokens of lines are six hexadecimal digits; two more are the opacity. */
export function translucent(name: string, alpha: number): string {
  return token(name) + Math.round(alpha * 255).toString(16).padStart(2, '0');
}
