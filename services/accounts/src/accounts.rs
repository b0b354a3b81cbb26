//! All of it together, behind one lock that is never held while a password is hashed.

use crate::document::{Document, Preferences, Role, User};
use crate::password::{
    PASSWORD_MAX, PasswordError, check_password, hash_password, is_password, pretend,
};
use crate::secret::{hash, new_secret};
use crate::session::{Session, Sessions, Started};
use crate::throttle::{Throttle, Who};
use crate::token::{DAYS_MAX, NAME_MAX, NewToken, Scope, TOKEN_PREFIX, TOKENS_MAX, Token};
use host::{Shelf, ShelfError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Name of the document of users and tokens.
const ACCOUNTS: &str = "accounts";

/// Name of the document of failed logins.
const THROTTLE: &str = "throttle";

/// Users at most.
const USERS_MAX: usize = 64;

/// Longest name of a user.
const USER_NAME_MAX: usize = 32;

/// Longest preference, in bytes.
const PREFERENCE_MAX: usize = 64;

/// Who is behind a session that came by a link.
const LINK_USER: &str = "console";

const DAY_S: i64 = 86_400;

/// Why something about users or tokens was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountsError {
    /// No such name can be.
    #[error(
        "a name has 1 to {USER_NAME_MAX} small letters, digits, '.', '-' or '_', and begins with a letter"
    )]
    Name,
    /// The name is taken.
    #[error("there is a user {0} already")]
    Exists(String),
    /// Nobody has the name.
    #[error("there is no user {0}")]
    NoUser(String),
    /// No token has the number.
    #[error("there is no token {0}")]
    NoToken(u32),
    /// Nobody would be left to decide.
    #[error("{0} is the only administrator; make another one first")]
    LastAdministrator(String),
    /// There is no room.
    #[error("there are {0} already, and no more fit; remove one first")]
    Full(usize),
    /// The password is not taken.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// A token that cannot be.
    #[error("{0}")]
    Token(String),
    /// A preference that cannot be.
    #[error("{0} has at most {PREFERENCE_MAX} characters")]
    Preference(&'static str),
    /// Users are there, so nobody may make himself the first one.
    #[error("the device is set up already; log in")]
    SetUp,
    /// The shelf fails.
    #[error(transparent)]
    Shelf(#[from] ShelfError),
}

/// Why nobody was let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Name or password is wrong; which of them is not told.
    Wrong,
    /// So many seconds are to be waited first.
    Wait(i64),
    /// The shelf fails.
    Shelf(ShelfError),
}

/// Somebody who wants in.
#[derive(Debug, Clone, Copy)]
pub struct Login<'a> {
    /// His name.
    pub user: &'a str,
    /// What he says is his password.
    pub password: &'a str,
    /// From where.
    pub address: &'a str,
}

/// The secret of a new link, which lets nobody in before it is [admitted](Accounts::admit).
///
/// # Panics
/// If the system has no random numbers.
pub fn new_link() -> String {
    new_secret()
}

/// See the module.
pub struct Accounts {
    shelf: Arc<dyn Shelf>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Of the document that was read.
    stamp: Option<u64>,
    document: Document,
    sessions: Sessions,
}

impl Accounts {
    /// Those of a shelf.
    ///
    /// # Errors
    /// If the shelf fails, or what stands there makes no sense.
    pub fn open(shelf: Arc<dyn Shelf>) -> Result<Accounts, ShelfError> {
        let accounts = Accounts { shelf, state: Mutex::default() };
        drop(accounts.state()?);
        Ok(accounts)
    }

    /// Whether nobody is known yet: the device is as it was delivered.
    ///
    /// # Errors
    /// As the shelf says.
    pub fn is_empty(&self) -> Result<bool, ShelfError> {
        Ok(self.state()?.document.users.is_empty())
    }

    /// All users, by name.
    ///
    /// # Errors
    /// As the shelf says.
    pub fn users(&self) -> Result<Vec<User>, ShelfError> {
        Ok(self.state()?.document.users.clone())
    }

    /// Until when a user has to wait after failures, if he has.
    ///
    /// # Errors
    /// As the shelf says.
    pub fn locked_until_s(&self, user: &str, now_s: i64) -> Result<Option<i64>, ShelfError> {
        Ok(self.throttle()?.locked_until_s(Who::Name(user), now_s))
    }

    /// Adds a user. Hashes a password, which takes a while.
    ///
    /// # Errors
    /// With the reason.
    pub fn add_user(
        &self,
        name: &str,
        password: &str,
        role: Role,
        now_s: i64,
    ) -> Result<User, AccountsError> {
        self.add(name, password, role, now_s, false)
    }

    /// The first user, an administrator.
    ///
    /// # Errors
    /// With the reason; `SetUp` if there is a user, also if he was added at this very moment.
    pub fn add_first(&self, name: &str, password: &str, now_s: i64) -> Result<User, AccountsError> {
        self.add(name, password, Role::Administrator, now_s, true)
    }

    fn add(
        &self,
        name: &str,
        password: &str,
        role: Role,
        now_s: i64,
        first: bool,
    ) -> Result<User, AccountsError> {
        check_name(name)?;
        check_password(name, password)?;
        let user = User {
            name: name.into(),
            role,
            password: hash_password(password),
            created_s: now_s,
            seen_s: None,
            preferences: Preferences::default(),
        };
        self.change(|document| {
            if first && !document.users.is_empty() {
                return Err(AccountsError::SetUp);
            }
            if document.user(name).is_some() {
                return Err(AccountsError::Exists(name.into()));
            }
            if document.users.len() >= USERS_MAX {
                return Err(AccountsError::Full(USERS_MAX));
            }
            document.users.push(user.clone());
            document.users.sort_by(|a, b| a.name.cmp(&b.name));
            Ok(())
        })?;
        Ok(user)
    }

    /// Takes a user away, and all of his sessions.
    ///
    /// # Errors
    /// With the reason.
    pub fn remove_user(&self, name: &str) -> Result<(), AccountsError> {
        self.change(|document| {
            if document.is_last_administrator(name) {
                return Err(AccountsError::LastAdministrator(name.into()));
            }
            let count = document.users.len();
            document.users.retain(|user| user.name != name);
            if document.users.len() == count {
                return Err(AccountsError::NoUser(name.into()));
            }
            Ok(())
        })?;
        self.end_sessions_of(name);
        Ok(())
    }

    /// Gives a user another role; it holds from the next request on.
    ///
    /// # Errors
    /// With the reason.
    pub fn set_role(&self, name: &str, role: Role) -> Result<(), AccountsError> {
        self.change(|document| {
            if role != Role::Administrator && document.is_last_administrator(name) {
                return Err(AccountsError::LastAdministrator(name.into()));
            }
            let user = document.user_mut(name).ok_or_else(|| AccountsError::NoUser(name.into()))?;
            user.role = role;
            Ok(())
        })
    }

    /// Gives a user another password. All of his sessions end, and nothing is held against him any more. Takes a
    /// while.
    ///
    /// # Errors
    /// With the reason.
    pub fn set_password(&self, name: &str, password: &str) -> Result<(), AccountsError> {
        check_password(name, password)?;
        let hash = hash_password(password);
        self.change(|document| {
            let user = document.user_mut(name).ok_or_else(|| AccountsError::NoUser(name.into()))?;
            user.password.clone_from(&hash);
            Ok(())
        })?;
        self.end_sessions_of(name);
        self.change_throttle(|throttle| throttle.forget(Who::Name(name)))?;
        Ok(())
    }

    /// How a user likes to see it.
    ///
    /// # Errors
    /// With the reason.
    pub fn set_preferences(
        &self,
        name: &str,
        preferences: &Preferences,
    ) -> Result<(), AccountsError> {
        let bounded = [
            ("language", &preferences.language),
            ("theme", &preferences.theme),
            ("phase_colours", &preferences.phase_colours),
            ("home", &preferences.home),
        ];
        if let Some((field, _)) = bounded.iter().find(|(_, text)| text.len() > PREFERENCE_MAX) {
            return Err(AccountsError::Preference(field));
        }
        self.change(|document| {
            let user = document.user_mut(name).ok_or_else(|| AccountsError::NoUser(name.into()))?;
            user.preferences = preferences.clone();
            Ok(())
        })
    }

    /// Lets somebody in who knows a password, under a session of its own. Takes a while.
    ///
    /// # Errors
    /// With the reason.
    pub fn log_in(&self, login: Login<'_>, now_s: i64) -> Result<Started, Refused> {
        let role = self.verify(login, now_s)?;
        let mut state = self.state().map_err(Refused::Shelf)?;
        let started = state.sessions.start(login.user, role, false, now_s);
        drop(state);
        // That he was there is worth less than that he is let in.
        let _unkept = self.change(|document| {
            if let Some(user) = document.user_mut(login.user) {
                user.seen_s = Some(now_s);
            }
            Ok(())
        });
        Ok(started)
    }

    /// Notes that the user of a session knows his password. Takes a while.
    ///
    /// # Errors
    /// With the reason.
    pub fn confirm(&self, secret: &str, login: Login<'_>, now_s: i64) -> Result<(), Refused> {
        self.verify(login, now_s)?;
        self.state().map_err(Refused::Shelf)?.sessions.confirm(secret, now_s);
        Ok(())
    }

    /// The role of a user whose password this is.
    ///
    /// # Errors
    /// With the reason.
    pub fn verify(&self, login: Login<'_>, now_s: i64) -> Result<Role, Refused> {
        let Login { user, password, address } = login;
        let who = [Who::Name(user), Who::Address(address)];
        let throttle = self.throttle().map_err(Refused::Shelf)?;
        let wait_s = who.map(|who| throttle.wait_s(who, now_s)).into_iter().max().unwrap_or(0);
        if wait_s > 0 {
            return Err(Refused::Wait(wait_s));
        }
        let known = self.state().map_err(Refused::Shelf)?.document.user(user).cloned();
        // What is too long is nobody's, and is not worth hashing.
        let password = if password.len() > PASSWORD_MAX { "" } else { password };
        let role = match known {
            Some(user) => is_password(password, &user.password).then_some(user.role),
            None => {
                pretend(password);
                None
            }
        };
        let changed = self.change_throttle(|throttle| match role {
            Some(_) => throttle.forget(Who::Name(user)),
            None => {
                who.into_iter().for_each(|who| throttle.fail(who, now_s));
                true
            }
        });
        changed.map_err(Refused::Shelf)?;
        role.ok_or(Refused::Wrong)
    }

    /// From now on a link logs in once, as an administrator: for the console of a simulated meter.
    ///
    /// # Errors
    /// As the shelf says.
    pub fn admit(&self, link: &str, now_s: i64) -> Result<(), ShelfError> {
        self.state()?.sessions.admit(link, now_s);
        Ok(())
    }

    /// Lets somebody in by a link.
    ///
    /// # Errors
    /// `Wrong` if there is no such link, or it was followed before.
    pub fn follow_link(&self, secret: &str, address: &str, now_s: i64) -> Result<Started, Refused> {
        let who = Who::Address(address);
        let wait_s = self.throttle().map_err(Refused::Shelf)?.wait_s(who, now_s);
        if wait_s > 0 {
            return Err(Refused::Wait(wait_s));
        }
        let mut state = self.state().map_err(Refused::Shelf)?;
        if state.sessions.follow(secret, now_s) {
            return Ok(state.sessions.start(LINK_USER, Role::Administrator, true, now_s));
        }
        drop(state);
        let failed = self.change_throttle(|throttle| {
            throttle.fail(who, now_s);
            true
        });
        Err(failed.map_or_else(Refused::Shelf, |()| Refused::Wrong))
    }

    /// A session for a user who was just added.
    ///
    /// # Errors
    /// As the shelf says.
    pub fn start_session(&self, user: &User, now_s: i64) -> Result<Started, ShelfError> {
        Ok(self.state()?.sessions.start(&user.name, user.role, false, now_s))
    }

    /// The session of a secret, which has a request now, and its user (none if it came by a link). A user who is
    /// gone has none.
    ///
    /// # Errors
    /// As the shelf says.
    pub fn session(
        &self,
        secret: &str,
        now_s: i64,
    ) -> Result<Option<(Session, Option<User>)>, ShelfError> {
        let mut state = self.state()?;
        let Some(mut session) = state.sessions.seen(secret, now_s) else { return Ok(None) };
        if session.by_link {
            return Ok(Some((session, None)));
        }
        Ok(state.document.user(&session.user).cloned().map(|user| {
            session.role = user.role;
            (session, Some(user))
        }))
    }

    /// Ends a session.
    pub fn end_session(&self, secret: &str) {
        self.lock().sessions.end(secret);
    }

    fn end_sessions_of(&self, user: &str) {
        self.lock().sessions.end_of(user);
    }

    /// All tokens, without their secrets.
    ///
    /// # Errors
    /// As the shelf says.
    pub fn tokens(&self) -> Result<Vec<Token>, ShelfError> {
        Ok(self.state()?.document.tokens.clone())
    }

    /// Makes a token.
    ///
    /// # Errors
    /// With the reason.
    pub fn add_token(
        &self,
        name: &str,
        scopes: &[Scope],
        days: u32,
        now_s: i64,
    ) -> Result<NewToken, AccountsError> {
        let wrong = |text: String| Err(AccountsError::Token(text));
        let length = name.chars().count();
        if length == 0 || length > NAME_MAX || name.chars().any(char::is_control) {
            return wrong(format!("name: a token has a name of 1 to {NAME_MAX} characters"));
        }
        if scopes.is_empty() {
            return wrong("scopes: a token is for something: read, write or metrics".into());
        }
        if !(1..=DAYS_MAX).contains(&days) {
            return wrong(format!("days: a token holds for 1 to {DAYS_MAX} days"));
        }
        let secret = format!("{TOKEN_PREFIX}{}", new_secret());
        let mut scopes = scopes.to_vec();
        scopes.sort_unstable();
        scopes.dedup();
        let mut token = Token {
            id: 0,
            name: name.into(),
            scopes,
            hash: hash(&secret),
            created_s: now_s,
            ends_s: now_s + i64::from(days) * DAY_S,
        };
        self.change(|document| {
            document.tokens.retain(|token| token.ends_s > now_s);
            if document.tokens.len() >= TOKENS_MAX {
                return Err(AccountsError::Full(TOKENS_MAX));
            }
            token.id = document.tokens.iter().map(|token| token.id).max().unwrap_or(0) + 1;
            document.tokens.push(token.clone());
            Ok(())
        })?;
        Ok(NewToken { token, secret })
    }

    /// Takes a token away.
    ///
    /// # Errors
    /// With the reason.
    pub fn remove_token(&self, id: u32) -> Result<Token, AccountsError> {
        let mut removed = None;
        self.change(|document| {
            let place = document.tokens.iter().position(|token| token.id == id);
            removed = Some(document.tokens.remove(place.ok_or(AccountsError::NoToken(id))?));
            Ok(())
        })?;
        removed.ok_or(AccountsError::NoToken(id))
    }

    /// The token of a secret, if it still holds.
    ///
    /// # Errors
    /// As the shelf says.
    pub fn token(&self, secret: &str, now_s: i64) -> Result<Option<Token>, ShelfError> {
        let wanted = hash(secret);
        let state = self.state()?;
        let found = state.document.tokens.iter().find(|token| token.hash == wanted);
        Ok(found.filter(|token| token.ends_s > now_s).cloned())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known, read anew if another process has changed it: then the sessions of users whose password or
    /// role is another end too.
    fn state(&self) -> Result<MutexGuard<'_, State>, ShelfError> {
        let mut state = self.lock();
        let stamp = self.shelf.stamp(ACCOUNTS)?;
        if state.stamp != Some(stamp) {
            let document: Document = self.read(ACCOUNTS)?;
            let known = std::mem::replace(&mut state.document, document);
            for user in &known.users {
                let now = state.document.user(&user.name);
                if now.is_none_or(|now| now.password != user.password) {
                    state.sessions.end_of(&user.name);
                }
            }
            state.stamp = Some(stamp);
        }
        Ok(state)
    }

    fn read<T: DeserializeOwned + Default>(&self, name: &str) -> Result<T, ShelfError> {
        self.shelf.read(name)?.map_or(Ok(T::default()), |bytes| parse(name, &bytes))
    }

    fn throttle(&self) -> Result<Throttle, ShelfError> {
        self.read(THROTTLE)
    }

    fn change(
        &self,
        mut change: impl FnMut(&mut Document) -> Result<(), AccountsError>,
    ) -> Result<(), AccountsError> {
        change_on(&*self.shelf, ACCOUNTS, &mut change)
    }

    /// Changes the failed logins, if `change` says that it did.
    fn change_throttle(
        &self,
        mut change: impl FnMut(&mut Throttle) -> bool,
    ) -> Result<(), ShelfError> {
        let done = change_on(&*self.shelf, THROTTLE, &mut |throttle| match change(throttle) {
            true => Ok(()),
            false => Err(Unchanged::Same),
        });
        match done {
            Ok(()) | Err(Unchanged::Same) => Ok(()),
            Err(Unchanged::Shelf(error)) => Err(error),
        }
    }
}

/// Why a document stays as it is.
enum Unchanged {
    Same,
    Shelf(ShelfError),
}

impl From<ShelfError> for Unchanged {
    fn from(error: ShelfError) -> Unchanged {
        Unchanged::Shelf(error)
    }
}

/// Changes a document of a shelf, unless the change refuses.
fn change_on<T: Serialize + DeserializeOwned + Default, E: From<ShelfError>>(
    shelf: &dyn Shelf,
    name: &str,
    change: &mut dyn FnMut(&mut T) -> Result<(), E>,
) -> Result<(), E> {
    let mut done = Ok(());
    shelf.update(name, &mut |bytes| {
        let document = bytes.map_or(Ok(T::default()), |bytes| parse(name, bytes));
        let mut document: T = match document {
            Ok(document) => document,
            Err(error) => {
                done = Err(error.into());
                return None;
            }
        };
        done = change(&mut document);
        done.is_ok().then(|| {
            serde_json::to_vec_pretty(&document).expect("texts and numbers are always JSON")
        })
    })?;
    done
}

fn parse<T: DeserializeOwned>(name: &str, bytes: &[u8]) -> Result<T, ShelfError> {
    serde_json::from_slice(bytes).map_err(|error| {
        ShelfError(format!(
            "the document \"{name}\" makes no sense ({error}); restore it from a backup"
        ))
    })
}

fn check_name(name: &str) -> Result<(), AccountsError> {
    let plain = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '.' | '-' | '_');
    let fits = (1..=USER_NAME_MAX).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(plain)
        && name != LINK_USER;
    fits.then_some(()).ok_or(AccountsError::Name)
}
