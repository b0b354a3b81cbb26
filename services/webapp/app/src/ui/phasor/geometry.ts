// Angles of the diagram: degrees, counter-clockwise, the first voltage at 0 to the right.

export interface Place {
  x: number;
  y: number;
}

export function at(radius: number, degrees: number): Place {
  const angle = (degrees * Math.PI) / 180;
  return { x: radius * Math.cos(angle), y: -radius * Math.sin(angle) };
}

/** Between -180 and 180. */
export function wrapped(degrees: number): number {
  const turned = ((degrees % 360) + 540) % 360 - 180;
  return turned === -180 ? 180 : turned;
}

/** Path of a ring's sector, counter-clockwise from one angle to the other. */
export function sector(inner: number, outer: number, from: number, to: number): string {
  const span = ((((to - from) % 360) + 360) % 360) || 360;
  const large = span > 180 ? 1 : 0;
  const [a, b] = [at(outer, from), at(outer, from + span)];
  const [c, d] = [at(inner, from + span), at(inner, from)];
  return `M${a.x} ${a.y} A${outer} ${outer} 0 ${large} 0 ${b.x} ${b.y} L${c.x} ${c.y} A${inner} ${inner} 0 ${large} 1 ${d.x} ${d.y} Z`;
}

/** Whether an angle lies in the sector from one angle counter-clockwise to another. */
export function within(degrees: number, from: number, to: number): boolean {
  const turn = (angle: number) => ((angle % 360) + 360) % 360;
  return turn(degrees - from) <= turn(to - from);
}
