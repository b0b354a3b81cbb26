//! The published interface: reviewed as a difference, and equal to what is routed.

use std::collections::BTreeSet;

/// [W6] Whoever changes the interface sees it here first. The routes are the same table.
#[test]
fn the_interface_is_as_it_was_reviewed() {
    let text = serde_json::to_string_pretty(&web::openapi()).expect("a document is always JSON");
    insta::with_settings!({snapshot_path => "../../../snapshots/http", prepend_module_to_snapshot => false}, {
        insta::assert_snapshot!("openapi", text);
    });
}

#[test]
fn operations_have_names_of_their_own_and_every_role_is_asked_for() {
    let mut names = BTreeSet::new();
    let mut places = BTreeSet::new();
    for operation in web::operations() {
        assert!(names.insert(operation.id), "{} twice", operation.id);
        assert!(places.insert((operation.path, operation.method.as_str())), "{}", operation.path);
        assert!(operation.doc.ends_with('.'), "{}: a sentence", operation.id);
    }
    let open: Vec<&str> = web::operations()
        .filter(|operation| operation.needs == web::Needs::Nobody)
        .map(|operation| operation.id)
        .collect();
    assert_eq!(open, ["health", "ready", "setup", "setup_password"], "before set-up nothing else");
}

/// References lead somewhere: a client can be made of the document alone.
#[test]
fn every_reference_has_its_schema() {
    let document = web::openapi();
    let text = document.to_string();
    let known = document["components"]["schemas"].as_object().expect("schemas");
    let mut found = 0;
    for (at, _) in text.match_indices("#/components/schemas/") {
        let name: String = text[at + 21..]
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
            .collect();
        assert!(known.contains_key(&name), "{name}");
        found += 1;
    }
    assert!(found > 50, "{found}");
}
