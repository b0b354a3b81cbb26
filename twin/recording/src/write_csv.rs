//! Writes CSV as [`crate::read_csv`] reads it: every number in its shortest form that reads back the
//! same, so a round trip changes no bit of a sample.

use std::fmt::Write;

use crate::{Recording, RecordingError, Role};

/// Writes a recording of one section whose channels are called `va` ... `in`, such as one of
/// [`Recording::from_columns`]. Refused when a channel has another name, a sample is missing or
/// infinite, or there are several sections: CSV can express none of these.
pub fn write_csv(recording: &Recording) -> Result<Vec<u8>, RecordingError> {
    recording.check_shape()?;
    let refuse = |reason: String| Err(RecordingError::Unwritable { reason });
    let [section] = &recording.sections[..] else {
        return refuse("CSV holds one section; write each section by itself".to_owned());
    };
    if section.len() < 2 {
        return refuse("CSV needs at least two samples to tell the rate".to_owned());
    }
    if section.samples.iter().flatten().any(|value| !value.is_finite()) {
        return refuse("CSV has no way to mark a missing sample".to_owned());
    }
    let mut out = header(recording)?;
    for k in 0..section.len() {
        let time_s = match (section.rate_hz, &section.times_s) {
            (None, Some(times_s)) => times_s[k],
            (rate_hz, _) => section.start_s.unwrap_or(0.0) + k as f64 / rate_hz.unwrap_or(1.0),
        };
        write!(out, "{time_s}").expect("writing to a String cannot fail");
        for column in &section.samples {
            write!(out, ",{}", column[k]).expect("writing to a String cannot fail");
        }
        out.push('\n');
    }
    Ok(out.into_bytes())
}

fn header(recording: &Recording) -> Result<String, RecordingError> {
    let mut roles: Vec<Role> = Vec::new();
    for channel in &recording.channels {
        let role = channel.name.parse().ok().filter(|role| !roles.contains(role));
        let Some(role) = role else {
            let reason = format!("`{}` is no CSV column, or stands there twice", channel.name);
            return Err(RecordingError::Unwritable { reason });
        };
        roles.push(role);
    }
    let names: Vec<_> = roles.into_iter().map(Role::slug).collect();
    Ok(format!("t,{}\n", names.join(",")))
}
