// Short notes on what has just been done. An error belongs where it arose and never here.

import './overlay.css';
import { signal } from '@preact/signals';

interface Note {
  id: number;
  text: string;
}

const NOTE_MS = 5000;
const notes = signal<Note[]>([]);
let count = 0;

export function toast(text: string): void {
  count += 1;
  const note = { id: count, text };
  notes.value = [...notes.value, note];
  setTimeout(() => {
    notes.value = notes.value.filter((other) => other !== note);
  }, NOTE_MS);
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {notes.value.map((note) => <div key={note.id} class="notice notice-ok toast">{note.text}</div>)}
    </div>
  );
}
