//! The words of the settings and of their values in four languages.

use crate::format;
use crate::text::{Language, Text, Words};
use catalog::{PointId, QuantityId, SETTINGS, SettingId, points};
use image::Settings;

/// Names of the settings, in the order of the table of settings.
#[rustfmt::skip]
const NAMES: [Words; SETTINGS.len()] = [
    ["Wiring system",    "Sistema",          "Type de réseau",   "Netzsystem"],
    ["Netting",          "Saldo energia",    "Compensation",     "Saldierung"],
    ["Apparent power",   "Pot. apparente",   "P. apparente",     "Scheinleistung"],
    ["DC blocking",      "Blocco c.c.",      "Blocage CC",       "DC-Sperre"],
    ["Demand interval",  "Interv. domanda",  "Période demande",  "Mittelungszeit"],
    ["Tariff by",        "Tariffa da",       "Tarif par",        "Tarif durch"],
    ["Tariff",           "Tariffa",          "Tarif",            "Tarif"],
    ["Partial counters", "Cont. parziali",   "Compt. partiels",  "Teilzähler"],
    ["Digital input",    "Ingr. digitale",   "Entrée TOR",       "Digitaleingang"],
    ["Wiring check",     "Verifica cablag.", "Contrôle câblage", "Anschlussprüf."],
    ["Code",             "Codice",           "Code",             "Code"],
    ["Generation",       "Generazione",      "Production",       "Erzeugung"],
    ["Function",         "Funzione",         "Fonction",         "Funktion"],
    ["At rest",          "A riposo",         "Au repos",         "In Ruhe"],
    ["Pulse energy",     "Energia impulsi",  "Énergie impuls.",  "Impulsenergie"],
    ["Pulse weight",     "Peso impulso",     "Poids impulsion",  "Impulswert"],
    ["Pulse length",     "Durata impulso",   "Durée impulsion",  "Impulsdauer"],
    ["Remote state",     "Stato remoto",     "État à distance",  "Fernzustand"],
    ["Variable",         "Variabile",        "Variable",         "Messgröße"],
    ["Set 1 (on)",       "Soglia 1 (on)",    "Seuil 1 (activ.)", "Grenze 1 (ein)"],
    ["Set 2 (off)",      "Soglia 2 (off)",   "Seuil 2 (arrêt)",  "Grenze 2 (aus)"],
    ["Delay",            "Ritardo",          "Retard",           "Verzögerung"],
    ["Language",         "Lingua",           "Langue",           "Sprache"],
    ["Home page",        "Pagina iniziale",  "Page d'accueil",   "Startseite"],
    ["Back-light",       "Retroillumin.",    "Rétroéclairage",   "Beleuchtung"],
    ["Screen saver",     "Salvaschermo",     "Écran de veille",  "Bildschonung"],
    ["Pages shown",      "Pagine visibili",  "Pages visibles",   "Seitenauswahl"],
];

/// Words of values by the value's name; what is not here is the same in all languages.
#[rustfmt::skip]
const VALUES: &[(&str, Words)] = &[
    ("wild-leg",           ["Wild leg", "Wild leg", "Wild leg", "Wild Leg"]),
    ("off",                ["Off", "No", "Non", "Aus"]),
    ("on",                 ["On", "Sì", "Oui", "Ein"]),
    ("by_system",          ["By system", "Sul sistema", "Sur le système", "Gesamtsystem"]),
    ("per_phase",          ["Per phase", "Per fase", "Par phase", "Je Phase"]),
    ("vector",             ["Vector", "Vettoriale", "Vectorielle", "Vektoriell"]),
    ("arithmetic",         ["Arithmetic", "Aritmetica", "Arithmétique", "Arithmetisch"]),
    ("by_command",         ["Command", "Comando", "Commande", "Befehl"]),
    ("by_input",           ["Digital input", "Ingresso", "Entrée TOR", "Eingang"]),
    ("by_calendar",        ["Calendar", "Calendario", "Calendrier", "Kalender"]),
    ("tariff",             ["Tariff", "Tariffa", "Tarif", "Tarif"]),
    ("remote_status",      ["Remote status", "Stato remoto", "État distant", "Fernstatus"]),
    ("partial_start_stop", ["Part. run/stop", "Parz. start/stop", "Part. marche", "Teilz. Lauf"]),
    ("partial_reset",      ["Partial reset", "Azz. parziali", "RAZ partiels", "Teilz. Reset"]),
    ("none",               ["None", "Nessuna", "Aucune", "Keine"]),
    ("possible",           ["Possible", "Possibile", "Possible", "Möglich"]),
    ("pulse",              ["Pulses", "Impulsi", "Impulsions", "Impulse"]),
    ("alarm",              ["Alarm", "Allarme", "Alarme", "Alarm"]),
    ("remote",             ["Remote", "Remoto", "À distance", "Fern"]),
    ("open",               ["Open", "Aperta", "Ouverte", "Offen"]),
    ("closed",             ["Closed", "Chiusa", "Fermée", "Geschlossen"]),
    ("import",             ["Import", "Prelievo", "Soutirage", "Bezug"]),
    ("export",             ["Export", "Immissione", "Injection", "Lieferung"]),
    ("en",                 ["English", "English", "English", "English"]),
    ("it",                 ["Italiano", "Italiano", "Italiano", "Italiano"]),
    ("fr",                 ["Français", "Français", "Français", "Français"]),
    ("de",                 ["Deutsch", "Deutsch", "Deutsch", "Deutsch"]),
    ("all",                ["All", "Tutte", "Toutes", "Alle"]),
    ("wired",              ["As wired", "Cablate", "Câblées", "Verdrahtete"]),
];

/// A setting's name.
pub fn name(id: SettingId, language: Language) -> &'static str {
    NAMES[id as usize][language as usize]
}

/// A value of a setting in words, without its unit.
pub fn value(id: SettingId, value: i64, language: Language) -> String {
    let named = id.row().names.iter().find(|(known, _)| *known == value);
    match (id, named) {
        (SettingId::DisplayHomePage, _) => home_page(value, language),
        (SettingId::AlarmVariable, Some((_, known))) => {
            let watched = variable(value).map(|point| watched(point, language));
            watched.unwrap_or_else(|| in_words(known, language)).into()
        }
        (_, Some((_, known))) => in_words(known, language).into(),
        (_, None) => crate::edit::plain(value, decimals(id)),
    }
}

fn in_words(known: &'static str, language: Language) -> &'static str {
    let row = VALUES.iter().find(|(name, _)| *name == known);
    row.map_or(known, |(_, words)| words[language as usize])
}

fn home_page(value: i64, language: Language) -> String {
    let page = usize::try_from(value).ok().and_then(|place| crate::page::PAGES.get(place));
    page.map_or(format::ABSENT, |page| page.title.in_language(language)).into()
}

/// What the alarm watches; none if it watches nothing.
pub fn variable(value: i64) -> Option<PointId> {
    let (_, path) =
        SettingId::AlarmVariable.row().names.iter().find(|(known, _)| *known == value)?;
    points().iter().find(|point| point.path() == *path).map(|point| point.id)
}

/// What an alarm can watch, in words.
const WATCHED: &[(QuantityId, Text)] = &[
    (QuantityId::VoltageLn, Text::VoltageLn),
    (QuantityId::VoltageLl, Text::VoltageLl),
    (QuantityId::Current, Text::Currents),
    (QuantityId::NeutralCurrent, Text::NeutralCurrent),
    (QuantityId::ActivePower, Text::ActivePower),
    (QuantityId::ReactivePower, Text::ReactivePower),
    (QuantityId::ApparentPower, Text::ApparentPower),
    (QuantityId::PowerFactor, Text::PowerFactor),
    (QuantityId::Frequency, Text::Frequency),
];

fn watched(point: PointId, language: Language) -> &'static str {
    let quantity = point.point().quantity;
    let row = WATCHED.iter().find(|(id, _)| *id == quantity.id);
    row.map_or(quantity.name, |(_, text)| text.in_language(language))
}

/// Units of values that have one of their own.
const UNITS: &[(SettingId, &str)] = &[
    (SettingId::DemandIntervalMin, "min"),
    (SettingId::PulseWeightWh, "Wh"),
    (SettingId::PulseDurationMs, "ms"),
    (SettingId::AlarmDelayS, "s"),
    (SettingId::DisplayBacklightMin, "min"),
];

/// The unit of a setting's values; empty if they have none.
pub fn unit(id: SettingId, settings: &Settings) -> &'static str {
    if decimals(id) > 0 {
        let watched = variable(settings.get(SettingId::AlarmVariable));
        return watched.map_or("", |point| point.point().quantity.unit.symbol());
    }
    UNITS.iter().find(|(known, _)| *known == id).map_or("", |(_, unit)| unit)
}

/// Decimals of a setting's values: the sets of the alarm are thousandths.
pub fn decimals(id: SettingId) -> usize {
    if matches!(id, SettingId::AlarmSet1 | SettingId::AlarmSet2) { 3 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::SETTINGS;

    /// [D4] Each named value of each setting has words, unless it is a number or a wiring system.
    #[test]
    fn every_named_value_has_words() {
        for setting in SETTINGS {
            for (number, known) in setting.names {
                let same = known.chars().any(|c| c.is_ascii_digit());
                let watched = setting.id == SettingId::AlarmVariable;
                let listed = VALUES.iter().any(|(name, _)| name == known);
                assert!(same || watched || listed, "{} of {}", known, setting.slug);
                assert!(!watched || *number == 0 || variable(*number).is_some(), "{known}");
            }
        }
        let known = |(id, _): &(QuantityId, Text)| {
            (1..=9).filter_map(variable).any(|point| point.point().quantity.id == *id)
        };
        assert!(WATCHED.len() == 9 && WATCHED.iter().all(known));
    }
}
