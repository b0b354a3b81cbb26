//! Civil time in a zone: intervals, days of 23 and 25 hours, tariffs.
