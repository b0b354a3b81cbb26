// The live connection: one WebSocket, opened again with a growing pause when it breaks, and closed while
// nobody looks. A hidden tab costs the device nothing; a shown one starts with the newest window.

import { BASE } from './http';
import type { LiveImage } from './types';

/** First pause before another try, and the longest: short enough that a restart of the device is not felt. */
const PAUSE_MS_MIN = 500;
const PAUSE_MS_MAX = 8000;
/** A window lasts 0.2 s; more frames than that are a fast twin, and are not worth drawing. */
const FRAME_MS_MIN = 190;

export interface LiveListener {
  image(image: LiveImage): void;
  open(): void;
  /** The connection broke; nothing comes until it is open again. */
  broken(): void;
}

export class LiveConnection {
  private socket: WebSocket | null = null;
  private pauseMs = PAUSE_MS_MIN;
  private retry: number | undefined;
  private pending: LiveImage | null = null;
  private flush: number | undefined;
  private shownAt = 0;
  private wanted = false;

  constructor(private readonly listener: LiveListener) {
    document.addEventListener('visibilitychange', () => this.follow());
    addEventListener('online', () => this.follow());
  }

  start(): void {
    this.wanted = true;
    this.follow();
  }

  stop(): void {
    this.wanted = false;
    this.follow();
  }

  private follow(): void {
    const should = this.wanted && document.visibilityState === 'visible';
    if (should && !this.socket) this.connect();
    if (!should) this.close();
  }

  private connect(): void {
    clearTimeout(this.retry);
    const address = new URL(`${BASE}/live`, location.href);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(address);
    this.socket = socket;
    socket.onopen = () => {
      this.pauseMs = PAUSE_MS_MIN;
      this.listener.open();
    };
    socket.onmessage = (message) => this.receive(message.data);
    socket.onclose = () => {
      if (this.socket === socket) this.retryLater();
    };
  }

  private receive(text: unknown): void {
    if (typeof text !== 'string') return;
    const frame = JSON.parse(text) as LiveImage;
    if (frame.type !== 'image') return;
    this.pending = frame;
    if (this.flush !== undefined) return;
    const wait = Math.max(0, this.shownAt + FRAME_MS_MIN - performance.now());
    this.flush = window.setTimeout(() => this.show(), wait);
  }

  private show(): void {
    this.flush = undefined;
    this.shownAt = performance.now();
    if (this.pending) this.listener.image(this.pending);
    this.pending = null;
  }

  private retryLater(): void {
    this.socket = null;
    this.listener.broken();
    if (!this.wanted || document.visibilityState !== 'visible') return;
    // Up to a third more, so that many pages do not all return in the same instant.
    this.retry = window.setTimeout(() => this.follow(), this.pauseMs * (1 + Math.random() / 3));
    this.pauseMs = Math.min(this.pauseMs * 2, PAUSE_MS_MAX);
  }

  private close(): void {
    clearTimeout(this.retry);
    clearTimeout(this.flush);
    this.flush = undefined;
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }
}
