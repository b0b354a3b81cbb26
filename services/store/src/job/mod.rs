//! Log jobs as data, and how images become rows.
//!
//! *Job*: which points of which meters are logged, how often, and for how long the rows are kept.
//! *Configuration*: all jobs, the zone of the local clock and the calendar of tariffs, read from a text.
//! *Aggregator*: what makes rows of a job from one image after another. Pure: it has no clock and no disk.

mod aggregate;
mod configuration;
mod counter;
mod document;
mod keys;
mod live;
mod part;
mod select;
mod units;
mod write;

pub use aggregate::Aggregator;
pub use configuration::Configuration;
pub use document::ConfigurationError;
pub use keys::key_tables;

use crate::history::Keep;
use crate::row::{Aggregate, Column, Layout};
use catalog::{Sign, points};
use image::MeterId;

/// Which meters a job logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meters {
    /// All that there are.
    All,
    /// All modules that there are.
    Modules,
    /// These, whether they are there or not.
    These(Vec<MeterId>),
}

/// What is logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its name, unique.
    pub name: String,
    /// Length of its intervals in seconds; it divides a day.
    pub interval_s: u32,
    /// Of which meters.
    pub meters: Meters,
    /// Which points, as paths with `*`, or groups.
    pub points: Vec<String>,
    /// What of them, where it fits.
    pub aggregates: Vec<Aggregate>,
    /// For how long, and whether they are thinned.
    pub keep: Keep,
}

impl Job {
    /// The columns of its rows, given the meters that there are: meter by meter, in the order of the
    /// catalogue.
    pub fn layout(&self, present: &[MeterId]) -> Layout {
        let meters: Vec<MeterId> = match &self.meters {
            Meters::All => present.to_vec(),
            Meters::Modules => {
                present.iter().copied().filter(|meter| *meter != MeterId::Main).collect()
            }
            Meters::These(meters) => meters.clone(),
        };
        let wanted = points().iter().filter(|point| select::any_matches(&self.points, point));
        let of_a_meter: Vec<_> = wanted
            .flat_map(|point| self.of_point(point).map(|aggregate| (point.id, aggregate)))
            .collect();
        let of_meter = |meter: &MeterId| {
            let meter = *meter;
            of_a_meter.iter().map(move |&(point, aggregate)| Column { meter, point, aggregate })
        };
        Layout {
            id: 0,
            job: self.name.clone(),
            interval_s: self.interval_s,
            columns: meters.iter().flat_map(of_meter).collect(),
        }
    }

    /// What is logged of a point.
    ///
    /// That which was asked for, and that without which it means nothing: gains are continued from the
    /// standing in the last row, and a moment is that of a value.
    fn of_point(&self, point: &'static catalog::Point) -> impl Iterator<Item = Aggregate> {
        let asked = |aggregate| self.aggregates.contains(&aggregate) && fits(aggregate, point);
        Aggregate::ALL.into_iter().filter(move |aggregate| {
            asked(*aggregate)
                || match aggregate {
                    Aggregate::Last => asked(Aggregate::Delta),
                    Aggregate::Min => asked(Aggregate::MinAt),
                    Aggregate::Max => asked(Aggregate::MaxAt),
                    Aggregate::Mean
                    | Aggregate::MinAt
                    | Aggregate::MaxAt
                    | Aggregate::Sum
                    | Aggregate::Delta => false,
                }
        })
    }
}

/// Whether an aggregate says something of a point: between the values of a code lies nothing, so that it
/// has no mean and no sum.
fn fits(aggregate: Aggregate, point: &catalog::Point) -> bool {
    let code = point.quantity.sign == Sign::Code;
    let adds = matches!(aggregate, Aggregate::Mean | Aggregate::Sum);
    aggregate.fits(point.quantity.class) && !(code && adds)
}
