//! The columns of a layout with their names, worked out once for a file, and columns back from their names.

use crate::error::FilesError;
use catalog::points;
use image::MeterId;
use port::SlotId;
use std::collections::BTreeMap;
use store::{Aggregate, Column, Layout};

/// A column with what is asked of it for every cell.
pub(crate) struct Heading {
    /// Its stable name.
    pub path: String,
    /// Symbol of its unit.
    pub unit: String,
    /// Decimals of its integers.
    pub decimals: u8,
    /// What of the point.
    pub aggregate: Aggregate,
}

impl Heading {
    /// `main/active_power.system/mean [W]`; without brackets if there is no unit.
    pub fn text(&self) -> String {
        if self.unit.is_empty() {
            self.path.clone()
        } else {
            format!("{} [{}]", self.path, self.unit)
        }
    }

    /// The path as SQL takes it without quotes: `main_active_power_system_mean`.
    pub fn sql(&self) -> String {
        self.path.replace(['/', '.'], "_")
    }
}

/// All columns of a file.
pub(crate) struct Columns {
    /// In the order of the layout.
    pub headings: Vec<Heading>,
    /// Place by path.
    places: BTreeMap<String, usize>,
}

impl Columns {
    /// The columns of a layout.
    ///
    /// # Errors
    /// If it has a column twice.
    pub fn of(layout: &Layout) -> Result<Columns, FilesError> {
        let headings: Vec<Heading> = layout.columns.iter().map(heading).collect();
        let mut places = BTreeMap::new();
        for (place, heading) in headings.iter().enumerate() {
            if places.insert(heading.path.clone(), place).is_some() {
                let what = format!("job `{}` has the column {} twice", layout.job, heading.path);
                return Err(FilesError::cannot(what, "ask for each column once"));
            }
        }
        Ok(Columns { headings, places })
    }

    /// Place of a path.
    pub fn place(&self, path: &str) -> Option<usize> {
        self.places.get(path).copied()
    }
}

fn heading(column: &Column) -> Heading {
    Heading {
        path: column.path(),
        unit: column.unit(),
        decimals: column.decimals(),
        aggregate: column.aggregate,
    }
}

/// Columns by their public names.
pub(crate) struct Known {
    points: BTreeMap<String, catalog::PointId>,
}

impl Known {
    /// All that this program knows.
    pub fn new() -> Known {
        Known { points: points().iter().map(|point| (point.path(), point.id)).collect() }
    }

    /// The column of a path.
    pub fn column(&self, path: &str) -> Option<Column> {
        let mut parts = path.split('/');
        let meter = meter(parts.next()?)?;
        let point = *self.points.get(parts.next()?)?;
        let slug = parts.next()?;
        let aggregate = Aggregate::ALL.into_iter().find(|aggregate| aggregate.slug() == slug)?;
        parts.next().is_none().then_some(Column { meter, point, aggregate })
    }

    /// The column of a heading such as `main/active_power.system/mean [W]`.
    ///
    /// # Errors
    /// If there is no such column, or it has another unit.
    pub fn headed(&self, text: &str) -> Result<Column, FilesError> {
        let path = text.split_once(" [").map_or(text, |(path, _)| path);
        let column = self.column(path).ok_or_else(|| unknown(text))?;
        let ours = heading(&column).text();
        if ours == text {
            Ok(column)
        } else {
            Err(FilesError::wrong(
                format!("column `{text}`"),
                format!("this program heads it `{ours}`"),
            ))
        }
    }
}

/// A column that this program does not have.
pub(crate) fn unknown(path: &str) -> FilesError {
    FilesError::Foreign(format!("it has a column `{path}`, which this program does not know"))
}

fn meter(slug: &str) -> Option<MeterId> {
    let slots = (1..=SlotId::MAX).filter_map(SlotId::new).map(MeterId::Esy);
    std::iter::once(MeterId::Main).chain(slots).find(|meter| meter.slug() == slug)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_column_is_found_by_its_name_and_has_its_own_name_in_sql() {
        let known = Known::new();
        let mut names = BTreeSet::new();
        for point in points() {
            for aggregate in Aggregate::ALL {
                for meter in ["main", "esy1", "esy10"] {
                    let column = Column { meter: meter_of(meter), point: point.id, aggregate };
                    assert_eq!(known.column(&column.path()), Some(column));
                    assert_eq!(known.headed(&heading(&column).text()), Ok(column));
                    assert!(names.insert(heading(&column).sql()), "{} twice", column.path());
                }
            }
        }
    }

    fn meter_of(slug: &str) -> MeterId {
        meter(slug).unwrap()
    }

    #[test]
    fn a_column_of_others_is_refused() {
        let known = Known::new();
        let path = points()[0].path();
        let power =
            Column { meter: MeterId::Main, point: points()[0].id, aggregate: Aggregate::Mean };
        for text in [
            String::new(),
            path.clone(),
            format!("main/{path}"),
            format!("esy11/{path}/mean"),
            power.path() + "/x",
        ] {
            assert_eq!(known.column(&text), None, "{text}");
        }
        assert!(known.headed(&(power.path() + " [furlong]")).is_err());
    }
}
