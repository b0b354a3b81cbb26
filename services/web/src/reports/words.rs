//! Words of reports in four languages.

use crate::api::session::Language;
use catalog::{QuantityId, Scope};

/// Words by the English ones: Italian, French, German.
#[rustfmt::skip]
const WORDS: &[(&str, [&str; 3])] = &[
    ("Report of a day",          ["Rapporto giornaliero", "Rapport journalier", "Tagesbericht"]),
    ("Report of a month",        ["Rapporto mensile", "Rapport mensuel", "Monatsbericht"]),
    ("Energy by tariff",         ["Energia per tariffa", "Énergie par tarif", "Energie nach Tarif"]),
    ("Comparison of loads",      ["Confronto dei carichi", "Comparaison des charges", "Vergleich der Verbraucher"]),
    ("Power quality",            ["Qualità della tensione", "Qualité de l’alimentation", "Spannungsqualität"]),
    ("Commissioning",            ["Messa in servizio", "Mise en service", "Inbetriebnahme"]),
    ("Signatures",               ["Firme", "Signatures", "Unterschriften"]),
    ("Name and signature",       ["Nome e firma", "Nom et signature", "Name und Unterschrift"]),
    ("Date",                     ["Data", "Date", "Datum"]),
    ("Commissioned by",          ["Messo in servizio da", "Mis en service par", "In Betrieb genommen von"]),
    ("Taken over by",            ["Preso in consegna da", "Reçu par", "Übernommen von"]),
    ("Device",                   ["Dispositivo", "Appareil", "Gerät"]),
    ("Serial number",            ["Numero di serie", "Numéro de série", "Seriennummer"]),
    ("Installation",             ["Impianto", "Installation", "Anlage"]),
    ("Made",                     ["Creato", "Établi", "Erstellt"]),
    ("Time zone",                ["Fuso orario", "Fuseau horaire", "Zeitzone"]),
    ("Software id",              ["Id del software", "Identifiant du logiciel", "Software-Kennung"]),
    ("Measured",                 ["Misurato", "Mesuré", "Gemessen"]),
    ("Energy",                   ["Energia", "Énergie", "Energie"]),
    ("Import",                   ["Prelievo", "Soutirage", "Bezug"]),
    ("Export",                   ["Immissione", "Injection", "Lieferung"]),
    ("Reactive import",          ["Reattiva prelevata", "Réactive soutirée", "Blindbezug"]),
    ("Apparent",                 ["Apparente", "Apparente", "Schein"]),
    ("Begin",                    ["Inizio", "Début", "Beginn"]),
    ("Total",                    ["Totale", "Total", "Summe"]),
    ("Highest demand",           ["Potenze medie massime", "Puissances moyennes maximales", "Höchste Mittelwerte"]),
    ("Mean power",               ["Potenza media", "Puissance moyenne", "Mittlere Leistung"]),
    ("Tariff 1",                 ["Tariffa 1", "Tarif 1", "Tarif 1"]),
    ("Tariff 2",                 ["Tariffa 2", "Tarif 2", "Tarif 2"]),
    ("Meter",                    ["Contatore", "Compteur", "Zähler"]),
    ("Name",                     ["Nome", "Nom", "Name"]),
    ("Share of import",          ["Quota del prelievo", "Part du soutirage", "Anteil am Bezug"]),
    ("Voltage",                  ["Tensione", "Tension", "Spannung"]),
    ("Frequency",                ["Frequenza", "Fréquence", "Frequenz"]),
    ("Distortion",               ["Distorsione", "Distorsion", "Verzerrung"]),
    ("Quantity",                 ["Grandezza", "Grandeur", "Größe"]),
    ("Unit",                     ["Unità", "Unité", "Einheit"]),
    ("Lowest",                   ["Minimo", "Minimum", "Kleinster"]),
    ("Mean",                     ["Media", "Moyenne", "Mittel"]),
    ("Highest",                  ["Massimo", "Maximum", "Größter"]),
    ("When",                     ["Quando", "Quand", "Wann"]),
    ("Phase",                    ["Fase", "Phase", "Phase"]),
    ("Value",                    ["Valore", "Valeur", "Wert"]),
    ("Current",                  ["Corrente", "Courant", "Strom"]),
    ("Active power",             ["Potenza attiva", "Puissance active", "Wirkleistung"]),
    ("Power factor",             ["Fattore di potenza", "Facteur de puissance", "Leistungsfaktor"]),
    ("Phase sequence",           ["Sequenza delle fasi", "Ordre des phases", "Drehfeld"]),
    ("Within 10 % of nominal",   ["Entro il 10 % della nominale", "À 10 % près de la nominale", "Innerhalb 10 % der Nennspannung"]),
    ("10-minute means",          ["Medie di 10 minuti", "Moyennes sur 10 minutes", "10-Minuten-Mittel"]),
    ("Nominal voltage",          ["Tensione nominale", "Tension nominale", "Nennspannung"]),
    ("Wiring",                   ["Collegamento", "Raccordement", "Anschluss"]),
    ("Wiring system",            ["Sistema di collegamento", "Type de réseau", "Netzform"]),
    ("Check of the wiring",      ["Controllo del collegamento", "Contrôle du raccordement", "Prüfung des Anschlusses"]),
    ("Correction",               ["Correzione", "Correction", "Korrektur"]),
    ("Phasors",                  ["Fasori", "Phaseurs", "Zeiger"]),
    ("Angle",                    ["Angolo", "Angle", "Winkel"]),
    ("Modules",                  ["Moduli", "Modules", "Module"]),
    ("Settings",                 ["Impostazioni", "Réglages", "Einstellungen"]),
    ("Setting",                  ["Impostazione", "Réglage", "Einstellung"]),
    ("Model",                    ["Modello", "Modèle", "Modell"]),
    ("Variant",                  ["Variante", "Variante", "Variante"]),
    ("Version",                  ["Versione", "Version", "Version"]),
    ("State",                    ["Stato", "État", "Zustand"]),
    ("Services",                 ["Servizi", "Services", "Dienste"]),
    ("Page",                     ["Pagina", "Page", "Seite"]),
    ("of",                       ["di", "sur", "von"]),
    ("End of report",            ["Fine del rapporto", "Fin du rapport", "Ende des Berichts"]),
    ("SIMULATED: not a measurement of a real installation",
                                 ["SIMULATO: nessuna misura di un impianto reale", "SIMULÉ : pas une mesure d’une installation réelle", "SIMULIERT: keine Messung einer wirklichen Anlage"]),
    ("Nothing was kept over this time.",
                                 ["Per questo periodo non è stato registrato nulla.", "Rien n’a été enregistré sur cette période.", "Über diese Zeit ist nichts aufgezeichnet."]),
    ("Less than all of the time was measured; what is missing counts as nothing.",
                                 ["Non tutto il periodo è stato misurato; ciò che manca conta come zero.", "Toute la période n’a pas été mesurée ; ce qui manque compte pour zéro.", "Nicht die ganze Zeit wurde gemessen; was fehlt, zählt nicht."]),
    ("off",                      ["spento", "arrêté", "aus"]),
    ("running",                  ["attivo", "actif", "läuft"]),
];

/// Words of one language.
#[derive(Debug, Clone, Copy)]
pub struct Words(pub Language);

impl Words {
    /// A word by the English one.
    ///
    /// # Panics
    /// If the table does not have it, which a test rules out.
    pub fn of(self, english: &'static str) -> &'static str {
        let found = WORDS.iter().find(|(known, _)| *known == english);
        let (_, others) = found.unwrap_or_else(|| panic!("\"{english}\" is in the table of words"));
        match self.0 {
            Language::En => english,
            Language::It => others[0],
            Language::Fr => others[1],
            Language::De => others[2],
        }
    }

    /// The same as an owned text.
    pub fn text(self, english: &'static str) -> String {
        self.of(english).into()
    }

    /// A quantity, as far as reports name it.
    pub fn quantity(self, id: QuantityId) -> String {
        match id {
            QuantityId::VoltageLn => format!("{} L-N", self.of("Voltage")),
            QuantityId::VoltageLl => format!("{} L-L", self.of("Voltage")),
            QuantityId::Current => self.text("Current"),
            QuantityId::ActivePower => self.text("Active power"),
            QuantityId::PowerFactor => self.text("Power factor"),
            QuantityId::Frequency => self.text("Frequency"),
            QuantityId::ThdVoltageLn => format!("THD {} L-N", self.of("Voltage")),
            QuantityId::ThdCurrent => format!("THD {}", self.of("Current")),
            other => other.row().name.into(),
        }
    }

    /// A phase, a pair or the system.
    pub fn scope(scope: Scope) -> &'static str {
        match scope {
            Scope::System => "Σ",
            Scope::L1 => "L1",
            Scope::L2 => "L2",
            Scope::L3 => "L3",
            Scope::L12 => "L1-L2",
            Scope::L23 => "L2-L3",
            Scope::L31 => "L3-L1",
            Scope::N => "N",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_stands_once() {
        let mut words: Vec<&str> = WORDS.iter().map(|(english, _)| *english).collect();
        words.sort_unstable();
        let count = words.len();
        words.dedup();
        assert_eq!(words.len(), count);
        assert!(WORDS.iter().all(|(_, others)| others.iter().all(|word| !word.is_empty())));
    }

    /// Whatever the templates ask for is there: their sources are read for it.
    #[test]
    fn every_word_that_is_asked_for_is_there() {
        let source = include_str!("make.rs");
        let mut asked = 0;
        for (at, _) in source.match_indices("words.") {
            let rest = &source[at + 6..];
            let Some(rest) = rest.strip_prefix("of(\"").or_else(|| rest.strip_prefix("text(\""))
            else {
                continue;
            };
            let word = rest.split('"').next().unwrap_or("");
            assert!(WORDS.iter().any(|(english, _)| *english == word), "{word}");
            asked += 1;
        }
        assert!(asked > 30, "{asked}");
    }
}
