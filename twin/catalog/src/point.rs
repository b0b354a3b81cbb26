//! The flat list of points that the table of quantities spans.

use crate::quantity::{QUANTITIES, Quantity, QuantityId, Register, Scope};
use std::sync::OnceLock;

/// Index of a point in [`points`]; dense, so that readings live in one array.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PointId(u16);

impl PointId {
    /// Position in the list of points.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The point's row.
    pub fn point(self) -> &'static Point {
        &points()[self.index()]
    }
}

/// One quantity at one scope in one register.
#[derive(Debug)]
pub struct Point {
    /// Its own index.
    pub id: PointId,
    /// The quantity's row.
    pub quantity: &'static Quantity,
    /// Where.
    pub scope: Scope,
    /// Which counter; none for a live or demand quantity.
    pub register: Option<Register>,
}

impl Point {
    /// `quantity.scope` or `quantity.register.scope`, unique and stable.
    pub fn path(&self) -> String {
        match self.register {
            None => format!("{}.{}", self.quantity.slug, self.scope.slug()),
            Some(register) => {
                format!("{}.{}.{}", self.quantity.slug, register.slug(), self.scope.slug())
            }
        }
    }
}

struct Table {
    points: Vec<Point>,
    index: [[[Option<PointId>; Scope::ALL.len()]; Register::ALL.len() + 1]; QUANTITIES.len()],
}

fn register_index(register: Option<Register>) -> usize {
    register.map_or(0, |register| register as usize + 1)
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Table {
            points: Vec::new(),
            index: [[[None; Scope::ALL.len()]; Register::ALL.len() + 1]; QUANTITIES.len()],
        };
        for quantity in QUANTITIES {
            for &(register, scopes) in quantity.places {
                for &scope in scopes {
                    let id =
                        PointId(u16::try_from(table.points.len()).expect("few hundred points"));
                    table.index[quantity.id as usize][register_index(register)][scope as usize] =
                        Some(id);
                    table.points.push(Point { id, quantity, scope, register });
                }
            }
        }
        table
    })
}

/// Every point, in table order.
pub fn points() -> &'static [Point] {
    &table().points
}

/// The point of a quantity at a scope and in a register, if the meter has it.
pub fn point(quantity: QuantityId, register: Option<Register>, scope: Scope) -> Option<PointId> {
    table().index[quantity as usize][register_index(register)][scope as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn paths_are_unique_and_found_again() {
        let mut seen = HashSet::new();
        for (index, entry) in points().iter().enumerate() {
            assert_eq!(entry.id.index(), index);
            assert_eq!(point(entry.quantity.id, entry.register, entry.scope), Some(entry.id));
            assert!(seen.insert(entry.path()), "{} twice", entry.path());
        }
    }

    /// [N1, N2, N3, N4, N5, N6, N7, N8] Every energy register of the datasheet exists where it says.
    #[test]
    fn energy_registers_are_the_datasheets() {
        use QuantityId::*;
        use Register::*;
        let system_and_phases =
            [ActiveEnergyImport, ActiveEnergyExport, ReactiveEnergyImport, ReactiveEnergyExport];
        for quantity in system_and_phases {
            for scope in [Scope::System, Scope::L1, Scope::L2, Scope::L3] {
                assert!(point(quantity, Some(Total), scope).is_some());
            }
            assert!(point(quantity, Some(Partial), Scope::System).is_some());
            assert!(point(quantity, Some(Partial), Scope::L1).is_none());
        }
        for (quantity, quadrants) in [
            (ActiveEnergyImport, [Q1, Q4]),
            (ActiveEnergyExport, [Q2, Q3]),
            (ReactiveEnergyImport, [Q1, Q2]),
            (ReactiveEnergyExport, [Q3, Q4]),
        ] {
            for quadrant in quadrants {
                assert!(point(quantity, Some(quadrant), Scope::System).is_some());
            }
        }
        for register in [Total, Partial, Q1, Q2, Q3, Q4] {
            assert!(point(ApparentEnergy, Some(register), Scope::System).is_some());
        }
        for register in [T1, T2] {
            assert!(point(ActiveEnergyImport, Some(register), Scope::System).is_some());
        }
    }
}
