//! The words of the display in its four languages: one row a word, all languages side by side.
//!
//! The fonts have ISO 8859-1; a test holds every word to it and to its place in dots.

use catalog::SettingId;
use image::Settings;

/// A language of the display.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Italian.
    Italian,
    /// French.
    French,
    /// German.
    German,
}

impl Language {
    /// All, as the setting `display_language` counts them.
    pub const ALL: [Language; 4] =
        [Language::English, Language::Italian, Language::French, Language::German];

    /// Of the setting.
    pub fn of(settings: &Settings) -> Language {
        let place = usize::try_from(settings.get(SettingId::DisplayLanguage));
        Language::ALL[place.expect("the setting's range begins at 0")]
    }

    /// `en`, `it`, `fr`, `de`.
    pub fn slug(self) -> &'static str {
        SettingId::DisplayLanguage.row().names[self as usize].1
    }
}

/// A word in the order of [`Language::ALL`].
pub type Words = [&'static str; 4];

macro_rules! texts {
    ($($key:ident: $en:literal, $it:literal, $fr:literal, $de:literal;)*) => {
        /// A word of the display.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(missing_docs, reason = "each is its row in the table")]
        pub enum Text { $($key),* }

        impl Text {
            /// All, in the order of the table.
            pub const ALL: &[Text] = &[$(Text::$key),*];
        }

        const TEXTS: &[Words] = &[$([$en, $it, $fr, $de]),*];
    };
}

impl Text {
    /// In a language.
    pub fn in_language(self, language: Language) -> &'static str {
        TEXTS[self as usize][language as usize]
    }
}

#[rustfmt::skip]
texts! {
    // Titles of pages of measurements.
    Overview:         "Overview",        "Riepilogo",       "Synthèse",         "Übersicht";
    Energy:           "Energy",          "Energia",         "Énergie",          "Energie";
    EnergyReactive:   "Reactive energy", "En. reattiva",    "Én. réactive",     "Blindenergie";
    Partial:          "Partial",         "Parziale",        "Partiel",          "Teilzähler";
    PartialReactive:  "Partial react.",  "Parz. reattiva",  "Part. réactive",   "Teilz. blind";
    Tariffs:          "Tariffs",         "Tariffe",         "Tarifs",           "Tarife";
    VoltageLn:        "Voltage L-N",     "Tensione L-N",    "Tension L-N",      "Spannung L-N";
    VoltageLl:        "Voltage L-L",     "Tensione L-L",    "Tension L-L",      "Spannung L-L";
    Currents:         "Current",         "Corrente",        "Courant",          "Strom";
    ActivePower:      "Active power",    "Pot. attiva",     "P. active",        "Wirkleistung";
    ReactivePower:    "Reactive power",  "Pot. reattiva",   "P. réactive",      "Blindleistung";
    ApparentPower:    "Apparent power",  "Pot. apparente",  "P. apparente",     "Scheinleistg.";
    PowerFactor:      "Power factor",    "Fatt. potenza",   "Fact. puiss.",     "Leistungsfakt.";
    Demand:           "Demand",          "Domanda",         "Demande",          "Mittelwert";
    DemandCurrent:    "Max. current",    "Corrente max",    "Courant max.",     "Strom max.";
    Hours:            "Run hours",       "Ore di lavoro",   "Heures marche",    "Betriebsstd.";
    ThdLn:            "THD voltage L-N", "THD tens. L-N",   "THD tens. L-N",    "THD Spann. L-N";
    ThdLl:            "THD voltage L-L", "THD tens. L-L",   "THD tens. L-L",    "THD Spann. L-L";
    ThdCurrent:       "THD current",     "THD corrente",    "THD courant",      "THD Strom";
    NeutralCurrent:   "Neutral current", "Corr. neutro",    "Courant neutre",   "Neutralstrom";
    Frequency:        "Frequency",       "Frequenza",       "Fréquence",        "Frequenz";
    // Words before numbers.
    Import:           "Import",          "Prelievo",        "Soutirage",        "Bezug";
    Export:           "Export",          "Immissione",      "Injection",        "Lieferung";
    Apparent:         "Apparent",        "Apparente",       "Apparente",        "Schein";
    Tariff1:          "Tariff 1",        "Tariffa 1",       "Tarif 1",          "Tarif 1";
    Tariff2:          "Tariff 2",        "Tariffa 2",       "Tarif 2",          "Tarif 2";
    Last:             "Last",            "Ultima",          "Dernière",         "Letzter";
    Largest:          "Largest",         "Massima",         "Maximale",         "Größter";
    Operating:        "In operation",    "In funzione",     "En service",       "In Betrieb";
    // Menus.
    Menu:             "Menu",            "Menu",            "Menu",             "Menü";
    Settings:         "Settings",        "Impostazioni",    "Paramètres",       "Einstellungen";
    QuickSetUp:       "Quick set-up",    "Avvio rapido",    "Config. rapide",   "Schnellstart";
    Reset:            "Reset",           "Azzeramento",     "Remise à zéro",    "Rücksetzen";
    Alarms:           "Alarms",          "Allarmi",         "Alarmes",          "Alarme";
    Info:             "Info",            "Info",            "Infos",            "Info";
    Network:          "Network",         "Rete",            "Réseau",           "Netzwerk";
    Metering:         "Metering",        "Misura",          "Mesure",           "Messung";
    TariffAndPartial: "Tariff, partial", "Tariffe, parz.",  "Tarif, partiel",   "Tarif, Teilz.";
    Output:           "Digital output",  "Uscita digitale", "Sortie TOR",       "Digitalausgang";
    Alarm:            "Alarm",           "Allarme",         "Alarme",           "Alarm";
    Display:          "Display",         "Display",         "Afficheur",        "Anzeige";
    Code:             "Code",            "Codice",          "Code",             "Code";
    ResetPartial:     "Partial counters", "Cont. parziali", "Compt. partiels",  "Teilzähler";
    ResetDemand:      "Demand, maxima",  "Domanda, max",    "Demande, maxima",  "Mittelw., Max.";
    // Questions and answers.
    Sure:             "Reset now?",      "Azzerare ora?",   "Remettre à zéro ?", "Jetzt rücksetzen?";
    AllMeters:        "Of all meters",   "Di tutti i contat.", "De tous les compt.", "Aller Zähler";
    Yes:              "Yes",             "Sì",              "Oui",              "Ja";
    No:               "No",              "No",              "Non",              "Nein";
    Done:             "Done",            "Fatto",           "Fait",             "Erledigt";
    Sent:             "One moment",      "Un momento",      "Un instant",       "Einen Moment";
    Refused:          "Refused",         "Rifiutato",       "Refusé",           "Abgelehnt";
    Busy:             "Busy", "Occupato", "Occupé", "Belegt";
    WrongCode:        "Wrong code",      "Codice errato",   "Code erroné",      "Falscher Code";
    OutOfRange:       "Out of range",    "Fuori campo",     "Hors plage",       "Außer Bereich";
    // Sheets.
    Serial:           "Serial number",   "N. di serie",     "N° de série",      "Seriennummer";
    Version:          "Version",         "Versione",        "Version",          "Version";
    SoftwareId:       "Software id",     "Id. software",    "Id. logiciel",     "Software-Kennung";
    Year:             "Year",            "Anno",            "Année",            "Baujahr";
    Source:           "Source",          "Origine",         "Source",           "Quelle";
    Simulation:       "Simulation",      "Simulazione",     "Simulation",       "Simulation";
    Converter:        "Converter",       "Convertitore",    "Convertisseur",    "Wandler";
    Modules:          "ESY modules",     "Moduli ESY",      "Modules ESY",      "ESY-Module";
    NoNetwork:        "No network",      "Nessuna rete",    "Aucun réseau",     "Kein Netzwerk";
    NoAlarm:          "No alarm",        "Nessun allarme",  "Aucune alarme",    "Kein Alarm";
    NoAnswer:         "No answer",       "Non risponde",    "Pas de réponse",   "Keine Antwort";
    Wiring:           "Wiring",          "Cablaggio",       "Câblage",          "Verdrahtung";
    NoVoltage:        "No voltage",      "Tens. assente",   "Pas de tension",   "Keine Spannung";
    SequenceReversed: "Sequence L1-L3-L2", "Sequenza L1-L3-L2", "Ordre L1-L3-L2", "Folge L1-L3-L2";
    NeutralOpen:      "Neutral open?",   "Neutro aperto?",  "Neutre ouvert ?",  "Neutralleiter?";
    Inputs:           "Inputs",          "Ingressi",        "Entrées",          "Eingänge";
    Ambiguous:        "Ambiguous",       "Ambiguo",         "Ambigu",           "Mehrdeutig";
    Unexplained:      "Unexplained",     "Inspiegato",      "Inexpliqué",       "Ungeklärt";
    OutOfLimits:      "Out of limits",   "Fuori limiti",    "Hors limites",     "Grenze verletzt";
    Temperature:      "Temperature",     "Temperatura",     "Température",      "Temperatur";
    Altitude:         "Altitude",        "Altitudine",      "Altitude",         "Höhe";
    Humidity:         "Humidity",        "Umidità",         "Humidité",         "Feuchte";
    Supply:           "Supply",          "Alimentazione",   "Alimentation",     "Versorgung";
    DigitalInput:     "Input",           "Ingresso",        "Entrée",           "Eingang";
    DigitalOutput:    "Output",          "Uscita",          "Sortie",           "Ausgang";
    OverRange:        "Over range",      "Oltre il campo",  "Hors gamme",       "Überschreitung";
    MissingSamples:   "Missing samples", "Campioni persi",  "Échant. perdus",   "Abtastlücke";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_the_settings() {
        let mut settings = Settings::default();
        for (place, language) in (0..).zip(Language::ALL) {
            assert!(settings.set(SettingId::DisplayLanguage, place));
            assert_eq!(Language::of(&settings), language);
        }
        assert_eq!(Language::ALL.map(Language::slug), ["en", "it", "fr", "de"]);
    }

    /// [D1] No word is empty, and none is left out in a language.
    #[test]
    fn every_word_is_there_in_every_language() {
        for text in Text::ALL {
            for language in Language::ALL {
                assert!(!text.in_language(language).is_empty(), "{text:?} {}", language.slug());
            }
        }
    }
}
