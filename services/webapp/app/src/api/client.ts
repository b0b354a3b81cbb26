// The interface as functions, in the order of its description. One line a route.

import { BASE, del, get, getFile, patch, post, put, query } from './http';
import type * as T from './types';

type Signal = AbortSignal | undefined;

// ---- Who am I ---------------------------------------------------------------------------------------
export const health = (signal?: Signal) => get<T.Health>('/health', signal);
export const login = (username: string, password: string) => post<T.Me>('/login', { username, password });
export const loginByLink = (token: string) => post<T.Me>('/login/link', { token });
export const logout = () => post<void>('/logout');
export const me = (signal?: Signal) => get<T.Me>('/me', signal);
export const savePreferences = (preferences: T.Preferences) => patch<T.Me>('/me', { preferences });
export const changePassword = (old: string, next: string) => put<void>('/me/password', { old, new: next });
export const confirm = (password: string) => post<void>('/me/confirm', { password });

// ---- Set-up -----------------------------------------------------------------------------------------
export const setup = (signal?: Signal) => get<T.Setup>('/setup', signal);
export const setupPassword = (username: string, password: string) =>
  post<T.Me>('/setup/password', { username, password });
export const setupStep = (step: Exclude<T.SetupStep, 'password'>, body: unknown) => put<T.Setup>(`/setup/${step}`, body);
export const setupFinish = () => post<T.Setup>('/setup/finish');

// ---- What there is ----------------------------------------------------------------------------------
export const catalog = (signal?: Signal) => get<T.Catalog>('/catalog', signal);
export const device = (signal?: Signal) => get<T.Device>('/device', signal);
export const ports = (signal?: Signal) => get<T.Ports>('/ports', signal);
export const meters = (signal?: Signal) => get<T.MeterInfo[]>('/meters', signal);
export const renameMeter = (id: string, name: string) => patch<T.MeterInfo>(`/meters/${id}`, { name });

// ---- Values -----------------------------------------------------------------------------------------
export const measurements = (meters: string[], points: string[], signal?: Signal) =>
  get<T.Measurements>(`/measurements${query({ meters, points })}`, signal);
export const registers = (meter: string, signal?: Signal) => get<unknown>(`/meters/${meter}/registers`, signal);
export const phasors = (meter: string, signal?: Signal) => get<T.Phasors>(`/meters/${meter}/phasors`, signal);
export const wiring = (meter: string, signal?: Signal) => get<T.Wiring>(`/meters/${meter}/wiring`, signal);
export const correctWiring = (meter: string, text: string) => put<T.Wiring>(`/meters/${meter}/correction`, { text });
export const reset = (meter: string, what: 'partial' | 'demand') =>
  post<{ tick: number }>(`/meters/${meter}/reset`, { what });
export const waveform = (cycles: number, signal?: Signal) =>
  get<T.Waveform>(`/meters/main/waveform${query({ cycles })}`, signal);
export const harmonics = (signal?: Signal) => get<T.Harmonics>('/meters/main/harmonics', signal);
export const loads = (signal?: Signal) => get<T.Load[]>('/loads', signal);

// ---- History ----------------------------------------------------------------------------------------
export const historyColumns = (signal?: Signal) => get<{ columns: T.HistoryColumnInfo[] }>('/history/columns', signal);
export const history = (wanted: T.HistoryQuery, signal?: Signal) =>
  get<T.History>(`/history${query({ ...wanted })}`, signal);
export const historyFile = (wanted: T.HistoryQuery, format: 'csv' | 'xlsx' | 'json') =>
  `${BASE}/history/file${query({ format, ...wanted })}`;

// ---- Events, alarms ---------------------------------------------------------------------------------
export const events = (
  wanted: { after?: number; before?: number; limit?: number; kinds?: string[] },
  signal?: Signal,
) => get<{ events: T.MeterEvent[]; next?: number }>(`/events${query(wanted)}`, signal);
export const alarms = (signal?: Signal) => get<{ alarms: T.Alarm[] }>('/alarms', signal);
export const acknowledge = (id: number) => post<T.Alarm>(`/alarms/${id}/acknowledge`);
export const auditCheck = (signal?: Signal) => get<T.AuditCheck>('/audit/check', signal);

// ---- Settings and I/O -------------------------------------------------------------------------------
export const settings = (signal?: Signal) => get<T.SettingsReply>('/settings', signal);
export const changeSettings = (wanted: Record<string, number | string>) => patch<T.SettingsDone>('/settings', wanted);
export const checkSettings = (wanted: Record<string, number | string>) => post<void>('/settings/check', wanted);
export const io = (signal?: Signal) => get<T.Io>('/io', signal);
export const setOutput = (on: boolean) => post<unknown>('/io/output', { on });
export const configuration = (signal?: Signal) => get<T.Configuration>('/configuration', signal);
export const saveConfiguration = (text: string) => put<T.Configuration>('/configuration', { text });
export const restart = () => post<void>('/restart');
export const checkConfiguration = (text: string) => post<void>('/configuration/check', { text });

// ---- People and programs ----------------------------------------------------------------------------
export const users = (signal?: Signal) => get<T.User[]>('/users', signal);
export const addUser = (username: string, password: string, role: T.Role) =>
  post<T.User>('/users', { username, password, role });
export const changeUser = (username: string, change: { role?: T.Role; password?: string }) =>
  patch<T.User>(`/users/${encodeURIComponent(username)}`, change);
export const removeUser = (username: string) => del(`/users/${encodeURIComponent(username)}`);
export const tokens = (signal?: Signal) => get<T.Token[]>('/tokens', signal);
export const addToken = (name: string, scopes: string[], days: number) =>
  post<T.Token & { token: string }>('/tokens', { name, scopes, days });
export const removeToken = (id: number) => del(`/tokens/${id}`);

// ---- Dashboards, reports, jobs ----------------------------------------------------------------------
export const dashboards = (signal?: Signal) => get<T.DashboardInfo[]>('/dashboards', signal);
export const dashboard = (id: string, signal?: Signal) => get<T.KeptDashboard>(`/dashboards/${encodeURIComponent(id)}`, signal);
export const saveDashboard = (id: string, body: T.Dashboard) => put<T.KeptDashboard>(`/dashboards/${encodeURIComponent(id)}`, body);
export const removeDashboard = (id: string) => del(`/dashboards/${encodeURIComponent(id)}`);
export const reportTemplates = (signal?: Signal) => get<T.ReportTemplate[]>('/reports/templates', signal);
export const orderReport = (order: T.ReportOrder) => post<T.Job>('/reports', order);
export const jobs = (signal?: Signal) => get<T.Job[]>('/jobs', signal);
export const job = (id: number, signal?: Signal) => get<T.Job>(`/jobs/${id}`, signal);
export const reports = (signal?: Signal) => get<T.ReportInfo[]>('/reports', signal);
export const reportFile = (id: number, format: string) => `${BASE}/reports/${id}/file${query({ format })}`;
export const removeReport = (id: number) => del(`/reports/${id}`);
export const reportSchedules = (signal?: Signal) => get<T.ReportSchedule[]>('/reports/schedules', signal);
export const saveReportSchedule = (id: string, schedule: Omit<T.ReportSchedule, 'id' | 'last'>) =>
  put<T.ReportSchedule>(`/reports/schedules/${encodeURIComponent(id)}`, schedule);
export const removeReportSchedule = (id: string) => del(`/reports/schedules/${encodeURIComponent(id)}`);

// ---- Device -----------------------------------------------------------------------------------------
export const lcd = (signal?: Signal) => get<T.Lcd>('/lcd', signal);
export const lcdPress = (key: 'up' | 'down' | 'back' | 'enter', long: boolean) => post<T.Lcd>('/lcd/press', { key, long });
export const services = (signal?: Signal) => get<T.Service[]>('/services', signal);
export const changeService = (name: string, enabled: boolean) => patch<T.Service[]>('/services', { [name]: { enabled } });
export const backup = () => getFile('/backup');
export const diagnostics = () => getFile('/diagnostics');
export const restore = (file: Blob) => post<unknown>('/backup/restore', file);
export const inventory = () => getFile('/inventory');
export const description = (signal?: Signal) => get<T.Description>('/openapi.json', signal);
export const update = (signal?: Signal) => get<T.Update>('/update', signal);

// ---- Twin -------------------------------------------------------------------------------------------
export const twin = (signal?: Signal) => get<T.Twin>('/twin', signal);
export const setPace = (speed: 'realtime' | 'max' | number) => put<unknown>('/twin/pace', { speed });
export const chooseScenario = (name: string) => put<{ link: string }>('/twin/scenario', { name });
export const scenarios = (signal?: Signal) => get<T.ScenarioInfo[]>('/twin/scenarios', signal);
export const scenario = (signal?: Signal) => get<string>('/twin/scenario', signal);
export const injections = (signal?: Signal) => get<T.InjectionKind[]>('/twin/injections', signal);
export const inject = (kind: string, parameters: Record<string, unknown>) =>
  post<unknown>('/twin/inject', { kind, ...parameters });
export const digest = (signal?: Signal) => get<T.Digest>('/twin/digest', signal);
