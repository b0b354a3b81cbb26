//! The printed map, reviewed as a diff.

use modbus::map::{printed, rows, to_csv, to_json, to_markdown};

/// `cargo insta review`, or `INSTA_UPDATE=always`, accepts a change.
#[test]
fn the_map_is_the_reviewed_one() {
    insta::with_settings!({
        snapshot_path => "../../../snapshots",
        prepend_module_to_snapshot => false,
        omit_expression => true,
        description => "The register map as `ems map` prints it.",
    }, {
        insta::assert_snapshot!("modbus-map", to_markdown());
    });
}

#[test]
fn all_three_forms_have_every_row() {
    let json: serde_json::Value = serde_json::from_str(&to_json()).unwrap();
    assert_eq!(json.as_array().unwrap().len(), rows().len());
    assert_eq!(to_csv().lines().count(), rows().len() + 1);
    let table = to_markdown().lines().filter(|line| line.starts_with("| ")).count();
    assert_eq!(table, rows().len() + 1);
}

#[test]
fn addresses_are_given_from_0_and_from_1() {
    let power = printed().into_iter().find(|row| row.address == 0x28).unwrap();
    assert_eq!((power.address_hex.as_str(), power.modicom), ("0028", 300_041));
    assert_eq!((power.kind, power.weight, power.unit), ("INT32", 10.0, "W"));
    assert_eq!((power.path.as_str(), power.access), ("points/active_power.system", "r"));
    assert_eq!(power.functions, "03 04");
}

#[test]
fn no_cell_of_the_csv_can_be_a_formula() {
    for row in printed() {
        for cell in [row.note, row.unit, row.kind, &row.path] {
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
        }
    }
}
