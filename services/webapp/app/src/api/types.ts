// The shapes of the HTTP interface, version 1. Names are those of the interface, also where our own
// would differ: what is read here can be found in the interface's description.

export type Role = 'viewer' | 'operator' | 'administrator';
export type Language = 'en' | 'it' | 'fr' | 'de';
export type Theme = 'system' | 'light' | 'dark';
export type PhaseColours = 'iec' | 'us' | 'us-delta';

export interface Preferences {
  language: Language;
  theme: Theme;
  phase_colours: PhaseColours;
  home?: string;
}

export interface Me {
  username: string;
  role: Role;
  csrf: string;
  preferences: Preferences;
  expires: string;
  simulated: boolean;
  set_up: boolean;
  /** False after a one-time link: there is no password to confirm and nobody to keep preferences for. */
  has_password: boolean;
}

export interface Health {
  status: string;
  version: string;
  simulated: boolean;
  time: string;
  set_up: boolean;
}

// ---- Set-up -------------------------------------------------------------------------------------

export type SetupStep = 'password' | 'language' | 'network' | 'wiring' | 'check' | 'modules' | 'services';

export interface Setup {
  required: boolean;
  finished: boolean;
  steps: { name: SetupStep; done: boolean }[];
  next: SetupStep | null;
}

// ---- What there is --------------------------------------------------------------------------------

export type Sign = 'unsigned' | 'import_positive' | 'inductive_positive' | 'code';
export type QuantityClass = 'live' | 'demand' | 'energy' | 'hours';
export type Scope = 'system' | 'l1' | 'l2' | 'l3' | 'l12' | 'l23' | 'l31' | 'n';

export interface Quantity {
  slug: string;
  name: string;
  unit: string;
  decimals: number;
  sign: Sign;
  class: QuantityClass;
  doc: string;
}

/** One quantity at one scope in one register; its place in the list is its index in live frames. */
export interface Point {
  path: string;
  quantity: string;
  scope: Scope;
  register?: string;
}

export interface SettingRow {
  slug: string;
  min: number;
  max: number;
  default: number;
  names: { value: number; name: string }[];
  doc: string;
}

export interface Catalog {
  quantities: Quantity[];
  points: Point[];
  settings: SettingRow[];
  qualities: string[];
  languages: Language[];
  event_kinds?: string[];
  /** All that are known, and the device's own. */
  zones: string[];
  zone?: string;
}

/** `name` is the number at the terminal; a variant of another order may use it otherwise. */
export interface Terminal {
  name: string;
  group: 'measuring' | 'io';
  use: string;
  variant: string;
}

export interface WiringSystem {
  name: string;
  title: string;
  phases: string[];
  neutral: boolean;
}

export interface Isolation {
  a: string;
  b: string;
  kind: string;
}

export interface MeterInfo {
  id: string;
  name: string;
  model?: string;
  serial: string;
  wiring_finding: string;
  present: boolean;
  quality: string;
}

export interface Device {
  serial: string;
  version: string;
  commit: string;
  software_id: string;
  variant: string;
  year: number;
  simulated: boolean;
  started: string;
  title: string;
  seed?: number;
  wiring: string;
  certificate: { fingerprint: string; not_after: string; expires_soon: boolean };
  features: { rs485: boolean; output: boolean; samples: boolean; history: boolean; display: boolean };
  meters: MeterInfo[];
  terminals: Terminal[];
  isolation: Isolation[];
  systems: WiringSystem[];
}

export interface InboundPort {
  id: string;
  port: number;
  transport: string;
  service: string;
  configurable: boolean;
  factory_on: boolean;
  state: 'listening' | 'off' | 'not_in_this_build' | 'of_the_system';
  address?: string;
  note: string;
}

export type OutboundPort = Omit<InboundPort, 'address'>;

export interface Ports {
  inbound: InboundPort[];
  outbound: OutboundPort[];
}

// ---- Values -----------------------------------------------------------------------------------------

export interface Value {
  value: number | null;
  unit: string;
  quality: string;
  time: string;
}

export interface Measurements {
  tick: number;
  time: string;
  meters: { id: string; name: string; time: string; values: Record<string, Value> }[];
}

export interface Phasor {
  phase: string;
  magnitude: number;
  angle_deg: number;
}

export interface Phasors {
  time: string;
  voltages: (Phasor | null)[];
  currents: (Phasor | null)[];
  expected: {
    voltages_deg: number[];
    currents: { phase: string; generation: boolean; from_deg: number; to_deg: number }[];
  };
}

export interface WiringCandidate {
  text: string;
  slug: string;
  sentence: string;
}

export interface Wiring {
  system: string;
  finding: string;
  sentence: string;
  alarm: boolean;
  correction: { text: string; slug: string };
  candidates: WiringCandidate[];
}

export interface Waveform {
  time: string;
  /** The samples begin at a rising zero crossing of the first voltage. */
  sample_rate_hz: number;
  channels: { role: string; unit: string; samples: number[] }[];
}

export interface Harmonics {
  time: string;
  fundamental_hz: number;
  orders: number[];
  channels: { role: string; unit: string; magnitudes: (number | null)[]; percent: (number | null)[] }[];
  limits_percent: (number | null)[];
}

export interface Load {
  meter: string;
  name: string;
  phases: string[];
  active_power: Value;
  active_energy_import: Value;
}

/** Root mean square and degrees. */
export type LivePhasor = [number, number] | null;

export interface LiveMeter {
  id: string;
  time: string;
  windows: number;
  values: (number | null)[];
  /** Only those that are not `good`. */
  qualities: [number, string][];
  phasors: { v: LivePhasor[]; i: LivePhasor[] } | null;
  finding: string;
}

export interface LiveIo {
  input_closed: boolean;
  tariff: number | null;
  alarm: boolean;
  output_closed: boolean;
  wrong_connection: boolean;
  warnings: string[];
}

/** What the device publishes at the end of each measuring window. */
export interface LiveImage {
  type: 'image';
  tick: number;
  time: string;
  meters: LiveMeter[];
  loads: { p: number | null; q: string; e: number | null }[];
  io: LiveIo;
  alarms: number;
  twin?: { speed: string; scenario: string; seed: number };
}

// ---- History ------------------------------------------------------------------------------------------

export interface HistoryColumn {
  path: string;
  meter: string;
  point: string;
  aggregate: string;
  unit: string;
  decimals: number;
}

export interface HistoryColumnInfo extends HistoryColumn {
  jobs: { name: string; interval_s: number; from?: string; to?: string }[];
}

export interface History {
  from: string;
  to: string;
  step_s: number;
  zone: string;
  /** The job of the store that keeps all of it. */
  job?: string;
  columns: HistoryColumn[];
  start_ms: number[];
  end_ms: number[];
  coverage: number[];
  flags: [number, string | string[]][];
  /** One list a column. */
  values: (number | null)[][];
  truncated: boolean;
}

export interface HistoryQuery {
  from: string;
  to: string;
  step?: string;
  columns: string[];
  points_max?: number;
}

// ---- Events, alarms -----------------------------------------------------------------------------------

export interface MeterEvent {
  seq: number;
  time: string;
  kind: string;
  text: string;
}

export interface Alarm {
  id: number;
  source: 'alarm' | 'wiring' | 'warning' | 'module' | 'store';
  state: 'active' | 'active_acknowledged' | 'cleared';
  /** Stable name of what is wrong: `wiring.main.l1_reversed`. */
  condition: string;
  since: string;
  until?: string;
  text: string;
  severity: 'alarm' | 'warning';
  acknowledged_by?: string;
  acknowledged_at?: string;
}

export type AuditCheck = { whole: true } | { whole: false; break: string };

// ---- Settings and I/O -----------------------------------------------------------------------------------

export interface SettingValue {
  value: number;
  name?: string;
  min: number;
  max: number;
  default: number;
  effective: string;
  /** False: this ordering option has no such output. */
  applies?: boolean;
}

export interface SettingsReply {
  settings: Record<string, SettingValue>;
}

/** Jobs of the store, zone and tariffs as TOML. */
export interface Configuration {
  text: string;
  takes_effect: 'now' | 'next_start';
}

export interface SettingsDone {
  done: { slug: string; value: number; tick: number }[];
  refused: { slug: string; detail: string }[];
}

export interface Io {
  input: { closed: boolean; function: string; undefined?: boolean };
  output: { present: boolean; closed: boolean; function: string; normal_state: string; remote?: boolean };
  tariff: number | null;
  alarm?: boolean;
}

// ---- People and programs ----------------------------------------------------------------------------------

export interface User {
  username: string;
  role: Role;
  created: string;
  last_login?: string;
  locked_until?: string;
}

export interface Token {
  id: number;
  name: string;
  scopes: string[];
  created: string;
  expires: string;
  last_used?: string;
}

// ---- Dashboards, reports, jobs ------------------------------------------------------------------------------

export interface DashboardInfo {
  id: string;
  name: string;
  owner: string;
  shared: boolean;
  updated: string;
}

export type WidgetKind = 'value' | 'gauge' | 'line' | 'bar' | 'heatmap' | 'phasor' | 'table' | 'text';

export interface Widget {
  id: string;
  kind: WidgetKind;
  title: string;
  x: number;
  y: number;
  w: number;
  h: number;
  options: Record<string, unknown>;
}

export interface Dashboard {
  name: string;
  shared: boolean;
  widgets: Widget[];
}

/** As the device keeps it. */
export interface KeptDashboard extends Dashboard {
  id: string;
  owner: string;
  updated: string;
}

/** Periods in words, as reports have them. */
export type ReportPeriod = 'today' | 'yesterday' | 'this_week' | 'last_week' | 'this_month' | 'last_month';

export interface ReportTemplate {
  slug: string;
  /** Its usual period; none of what is about now. */
  period: ReportPeriod | null;
}

export interface ReportInfo {
  id: number;
  template: string;
  title: string;
  from: string;
  to: string;
  created: string;
  by: string;
  formats: string[];
  bytes: number;
}

export interface ReportOrder {
  template: string;
  period?: ReportPeriod;
  /** In its place; local dates, `to` does not belong to it. */
  from?: string;
  to?: string;
  language: Language;
  formats: string[];
}

export interface ReportSchedule {
  id: string;
  template: string;
  every: 'day' | 'week' | 'month';
  language: Language;
  formats: string[];
  enabled: boolean;
  /** Up to where it was made; the device's to know. */
  last?: string;
}

export interface Job {
  id: number;
  kind: string;
  state: 'running' | 'done' | 'failed';
  /** Why it failed. */
  detail?: string;
  /** Number of what it made. */
  result?: number;
}

// ---- Device -----------------------------------------------------------------------------------------------

export interface Lcd {
  view: string;
  lit: boolean;
  width: number;
  height: number;
  /** Hexadecimal digits, one row of dots each. */
  rows: string[];
}

export interface Service {
  name: string;
  running: boolean;
  address?: string | null;
  configurable: boolean;
}

export interface Update {
  current: string;
  available?: { version: string; published: string; notes: string; url: string };
}

// ---- The description of the interface (OpenAPI 3.1), as far as it is shown ------------------------------------

export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema | boolean;
  prefixItems?: Schema[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  additionalProperties?: Schema | boolean;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
}

export interface DescribedOperation {
  operationId: string;
  summary?: string;
  tags?: string[];
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: Schema }[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
  responses: Record<string, { description: string; content?: Record<string, { schema?: Schema }> }>;
  /** Who may call it. */
  'x-needs'?: string;
}

export interface Description {
  openapi: string;
  info: { title: string; version: string; description?: string };
  paths: Record<string, Record<string, DescribedOperation>>;
  components: { schemas: Record<string, Schema> };
}

// ---- Twin -------------------------------------------------------------------------------------------------

export interface Twin {
  scenario: {
    name: string;
    title: string;
    description: string;
    seed: number;
    start: string;
    duration_s?: number | null;
  };
  position_s: number;
  speed: string | number;
  digest?: string;
  windows: number;
  samples: number;
  /** What was injected, the first first. */
  injected: { at_s: number; kind: string; text: string }[];
}

export interface ScenarioInfo {
  name: string;
  title: string;
  description: string;
}

/** `set`: some of the choices; `list`: one choice a phase. */
export interface InjectionParameter {
  name: string;
  doc: string;
  type: 'number' | 'text' | 'choice' | 'set' | 'list';
  unit: string;
  min?: number;
  max?: number;
  choices?: string[];
  default: string | number | string[] | null;
  needed: boolean;
}

export interface InjectionKind {
  kind: string;
  title: string;
  parameters: InjectionParameter[];
}

export interface Digest {
  digest: string;
  samples: number;
  windows: number;
}
