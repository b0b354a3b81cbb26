//! The four buttons, and how long one was held.

use port::Timestamp;

/// A button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// Previous page or row; a higher value.
    Up,
    /// Next page or row; a lower value.
    Down,
    /// Out of where one is, without a change; home.
    Back,
    /// Into the menu, into a row; takes what is shown.
    Enter,
}

impl Key {
    /// All, in the order of the front.
    pub const ALL: [Key; 4] = [Key::Back, Key::Up, Key::Down, Key::Enter];

    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Key::Up => "up",
            Key::Down => "down",
            Key::Back => "back",
            Key::Enter => "enter",
        }
    }

    /// The button of a name.
    pub fn from_slug(slug: &str) -> Option<Key> {
        Key::ALL.into_iter().find(|key| key.slug() == slug)
    }
}

/// A button that was pressed and let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Press {
    /// Which.
    pub key: Key,
    /// Whether it was held for [`LONG_PRESS_S`].
    pub long: bool,
}

/// Seconds after which a press is a long one: longer than anybody lingers on a button by chance.
pub const LONG_PRESS_S: f64 = 2.0;

/// Turns the edges of buttons into presses.
#[derive(Debug, Clone, Default)]
pub struct Presses([Option<Timestamp>; Key::ALL.len()]);

impl Presses {
    /// A button goes down or up, without bounce. A press is known when the button is let go; an
    /// upward edge of a button that was not seen going down is none.
    pub fn edge(&mut self, key: Key, down: bool, at: Timestamp) -> Option<Press> {
        let since = &mut self.0[key as usize];
        if down {
            since.get_or_insert(at);
            return None;
        }
        let since = since.take()?;
        Some(Press { key, long: at.seconds_since(since) >= LONG_PRESS_S })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [D3] A press of two seconds is long, each button has a time of its own, and none is made up.
    #[test]
    fn a_press_is_long_after_two_seconds() {
        let at = |seconds: f64| Timestamp::default() + seconds;
        let mut presses = Presses::default();
        assert_eq!(presses.edge(Key::Up, false, at(0.0)), None);
        assert_eq!(presses.edge(Key::Up, true, at(1.0)), None);
        assert_eq!(presses.edge(Key::Enter, true, at(2.0)), None);
        assert_eq!(presses.edge(Key::Up, true, at(2.5)), None);
        let up = presses.edge(Key::Up, false, at(3.0));
        assert_eq!(up, Some(Press { key: Key::Up, long: true }));
        let enter = presses.edge(Key::Enter, false, at(3.999));
        assert_eq!(enter, Some(Press { key: Key::Enter, long: false }));
        for key in Key::ALL {
            assert_eq!(Key::from_slug(key.slug()), Some(key));
        }
    }
}
