// A table: caption, heads with scope, numbers to the right, and a scroll of its own when it is too wide.

import './Table.css';
import type { ComponentChildren } from 'preact';

export interface Column<Row> {
  key: string;
  head: ComponentChildren;
  cell: (row: Row, index: number) => ComponentChildren;
  numeric?: boolean;
  /** The cell names the row. */
  isHead?: boolean;
}

interface Props<Row> {
  caption: string;
  hideCaption?: boolean;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row, index: number) => string | number;
  dense?: boolean;
  /** Scrolls within itself; for tables of hundreds of rows. */
  tall?: boolean;
}

export function Table<Row>({ caption, hideCaption, columns, rows, rowKey, dense, tall }: Props<Row>) {
  return (
    <div class={tall ? 'table-scroll table-tall' : 'table-scroll'} role="region" aria-label={caption} tabIndex={0}>
      <table class={dense ? 'table table-dense' : 'table'}>
        <caption class={hideCaption ? 'hidden-text' : undefined}>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ key, head, numeric }) => (
              <th key={key} scope="col" class={numeric ? 'num' : undefined}>{head}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={rowKey(row, index)}>
              {columns.map((column) => <Cell key={column.key} column={column} row={row} index={index} />)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell<Row>({ column, row, index }: { column: Column<Row>; row: Row; index: number }) {
  const content = column.cell(row, index);
  const classes = column.numeric ? 'num' : undefined;
  return column.isHead ? <th scope="row" class={classes}>{content}</th> : <td class={classes}>{content}</td>;
}
