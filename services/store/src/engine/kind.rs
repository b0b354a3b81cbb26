//! Which database it is.

/// A database that the history can lie in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Engine {
    /// sled 0.34: a log of pages in a folder.
    Sled,
    /// redb 4: a tree of pages in one file.
    Redb,
}

impl Engine {
    /// All of them.
    pub const ALL: [Engine; 2] = [Engine::Sled, Engine::Redb];

    /// What a new history begins with. sled was meant to be it, and fails test D-6: after a full disk it is
    /// stuck until the process ends; `docs/database.md` has the measurements.
    pub const DEFAULT: Engine = Engine::Redb;

    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Engine::Sled => "sled",
            Engine::Redb => "redb",
        }
    }

    /// The engine of that name, if there is one.
    pub fn from_slug(slug: &str) -> Option<Engine> {
        Engine::ALL.into_iter().find(|engine| engine.slug() == slug)
    }

    /// Name of the file or folder that it lies in.
    pub fn file_name(self) -> &'static str {
        match self {
            Engine::Sled => "history.sled",
            Engine::Redb => "history.redb",
        }
    }
}
