//! Which points a job names: a path of the catalogue, one with `*` for a part, or a group.

use catalog::{Class, Point, points};

/// Names of groups and what is in them.
const GROUPS: [(&str, fn(Class) -> bool); 5] = [
    ("all", |_| true),
    ("live", |class| class == Class::Live),
    ("demand", |class| class == Class::Demand),
    ("energies", |class| class == Class::Energy),
    ("hours", |class| class == Class::Hours),
];

/// Whether a point is named by any of these.
pub(super) fn any_matches(patterns: &[String], point: &Point) -> bool {
    patterns.iter().any(|pattern| matches(pattern, point))
}

/// Whether a point is named.
pub(super) fn matches(pattern: &str, point: &Point) -> bool {
    match GROUPS.iter().find(|(name, _)| *name == pattern) {
        Some((_, holds)) => holds(point.quantity.class),
        None => matches_path(pattern, &point.path()),
    }
}

fn matches_path(pattern: &str, path: &str) -> bool {
    let (mut parts, mut wanted) = (path.split('.'), pattern.split('.'));
    loop {
        match (wanted.next(), parts.next()) {
            (None, None) => return true,
            (Some(wanted), Some(part)) if wanted == "*" || wanted == part => {}
            _ => return false,
        }
    }
}

/// All that can be written: groups first, then paths.
pub(super) fn names() -> Vec<String> {
    let groups = GROUPS.iter().map(|(name, _)| (*name).to_owned());
    groups.chain(points().iter().map(Point::path)).collect()
}
