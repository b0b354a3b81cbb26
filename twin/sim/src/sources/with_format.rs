//! A source whose constants are said by somebody else: a calibration, or a program set wrongly.

use port::{SampleBlock, SampleSource, SourceError, SourceFormat, SourceState};

/// The counts of a source, with another format for them. See the module.
#[derive(Debug)]
pub struct WithFormat<S> {
    source: S,
    format: SourceFormat,
}

impl<S: SampleSource> WithFormat<S> {
    /// With what `change` makes of the source's own format.
    ///
    /// # Panics
    /// If the rate or the roles become others: the counts stay what they are.
    pub fn new(source: S, change: impl FnOnce(&mut SourceFormat)) -> WithFormat<S> {
        let mut format = source.format().clone();
        change(&mut format);
        let roles = |format: &SourceFormat| -> Vec<port::Role> {
            format.channels.iter().map(|channel| channel.role).collect()
        };
        let own = source.format();
        assert!(
            own.sample_rate_hz == format.sample_rate_hz && roles(own) == roles(&format),
            "a source's constants may change, not its rate and its roles"
        );
        WithFormat { source, format }
    }
}

impl<S: SampleSource> SampleSource for WithFormat<S> {
    fn format(&self) -> &SourceFormat {
        &self.format
    }

    fn read(&mut self, block: &mut SampleBlock, max: usize) -> Result<SourceState, SourceError> {
        self.source.read(block, max)
    }
}
