//! Logging in and out, and who one is.

use crate::Web;
use crate::call::{Answer, Call, Who};
use crate::http::dispatch::COOKIE_NAME;
use crate::operation::{Content, Needs, Operation, handler, shape};
use crate::problem::Problem;
use crate::time::rfc3339_s;
use accounts::{AccountsError, Login, PASSWORD_MAX, Preferences, Refused, Session, Started, User};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use warp::http::Method;
use warp::http::header::SET_COOKIE;

/// The rows.
pub fn operations() -> Vec<Operation> {
    vec![
        Operation {
            method: Method::POST,
            path: "/api/v1/login",
            id: "login",
            doc: "Begins a session; its secret is in a cookie.",
            needs: Needs::SetUp,
            query: &[],
            body: Content::Json(shape::<Credentials>),
            answer: (200, Content::Json(shape::<Me>)),
            handler: handler!(login),
        },
        Operation {
            method: Method::POST,
            path: "/api/v1/login/link",
            id: "login_by_link",
            doc: "Begins a session by the link that a simulated meter prints at its start; it holds once.",
            needs: Needs::SetUp,
            query: &[],
            body: Content::Json(shape::<Link>),
            answer: (200, Content::Json(shape::<Me>)),
            handler: handler!(login_by_link),
        },
        Operation {
            method: Method::POST,
            path: "/api/v1/logout",
            id: "logout",
            doc: "Ends the session.",
            needs: Needs::SetUp,
            query: &[],
            body: Content::None,
            answer: (204, Content::None),
            handler: handler!(logout),
        },
        Operation {
            method: Method::GET,
            path: "/api/v1/me",
            id: "me",
            doc: "Who is logged in, and how he likes to see it.",
            needs: Needs::Viewer,
            query: &[],
            body: Content::None,
            answer: (200, Content::Json(shape::<Me>)),
            handler: handler!(me),
        },
        Operation {
            method: Method::PATCH,
            path: "/api/v1/me",
            id: "set_preferences",
            doc: "How one likes to see it. What is left out stays.",
            needs: Needs::Viewer,
            query: &[],
            body: Content::Json(shape::<Wishes>),
            answer: (200, Content::Json(shape::<Me>)),
            handler: handler!(set_preferences),
        },
        Operation {
            method: Method::PUT,
            path: "/api/v1/me/password",
            id: "set_own_password",
            doc: "Another password; all sessions of the user end.",
            needs: Needs::Viewer,
            query: &[],
            body: Content::Json(shape::<NewPassword>),
            answer: (204, Content::None),
            handler: handler!(set_own_password),
        },
        Operation {
            method: Method::POST,
            path: "/api/v1/me/confirm",
            id: "confirm_password",
            doc: "Gives the password again, for what needs it fresh: users, tokens, restoring.",
            needs: Needs::Viewer,
            query: &[],
            body: Content::Json(shape::<Confirmation>),
            answer: (204, Content::None),
            handler: handler!(confirm_password),
        },
    ]
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    #[schemars(length(max = 64))]
    username: String,
    #[schemars(length(max = 256))]
    password: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Link {
    /// What follows `#link=` in the address that was printed.
    token: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    old: String,
    /// 12 characters or more.
    #[schemars(length(min = 12, max = 256))]
    new: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Confirmation {
    password: String,
}

/// What may be wished for; what is left out stays.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wishes {
    preferences: WishedPreferences,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WishedPreferences {
    language: Option<Language>,
    theme: Option<Theme>,
    phase_colours: Option<PhaseColours>,
    /// Path of the page that opens first.
    home: Option<String>,
}

/// Languages of the page and of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    En,
    /// Italian.
    It,
    /// French.
    Fr,
    /// German.
    De,
}

impl Language {
    /// All of them, in the order of the setting `display_language`.
    pub const ALL: [Language; 4] = [Language::En, Language::It, Language::Fr, Language::De];

    /// Its code.
    pub fn slug(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::It => "it",
            Language::Fr => "fr",
            Language::De => "de",
        }
    }
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Theme {
    System,
    Light,
    Dark,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum PhaseColours {
    Iec,
    Us,
    UsDelta,
}

#[derive(Serialize, JsonSchema)]
struct ShownPreferences {
    language: String,
    theme: String,
    phase_colours: String,
    home: String,
}

/// Who is logged in.
#[derive(Serialize, JsonSchema)]
pub struct Me {
    username: String,
    role: &'static str,
    /// To be sent in the header X-CSRF-Token with each change; empty for a token.
    csrf: String,
    preferences: ShownPreferences,
    /// When the session ends at the latest, in UTC.
    expires: String,
    simulated: bool,
    /// Whether the first set-up is finished.
    set_up: bool,
    /// Whether there is a password that could be asked for again.
    has_password: bool,
}

/// Why nobody was let in.
pub fn refused(refused: Refused) -> Problem {
    match refused {
        Refused::Wrong => Problem::new("login-failed", "name or password is wrong"),
        Refused::Wait(seconds) => {
            let detail = format!("too many attempts; try again in {seconds} s");
            Problem::new("too-many-attempts", detail).retry_after(seconds)
        }
        Refused::Shelf(error) => error.into(),
    }
}

/// Why something about users was not done.
pub fn not_done(field: &str, error: AccountsError) -> Problem {
    let text = error.to_string();
    match error {
        AccountsError::Exists(_)
        | AccountsError::LastAdministrator(_)
        | AccountsError::Full(_)
        | AccountsError::SetUp => Problem::new("conflict", text),
        AccountsError::NoUser(_) | AccountsError::NoToken(_) => Problem::not_found(text),
        AccountsError::Name => Problem::invalid("username", text),
        AccountsError::Password(_) | AccountsError::Preference(_) => Problem::invalid(field, text),
        AccountsError::Token(_) => {
            let field = text.split(':').next().unwrap_or(field).to_string();
            Problem::invalid(&field, text)
        }
        AccountsError::Shelf(error) => error.into(),
    }
}

fn me_of(web: &Web, session: &Session, user: Option<&User>) -> Result<Me, Problem> {
    let preferences = user.map(|user| user.preferences.clone()).unwrap_or_default();
    let Preferences { language, theme, phase_colours, home } = preferences;
    Ok(Me {
        username: session.user.clone(),
        role: session.role.slug(),
        csrf: session.csrf.clone(),
        preferences: ShownPreferences { language, theme, phase_colours, home },
        expires: rfc3339_s(session.ends_s),
        simulated: web.image().identity.simulated,
        set_up: super::set_up::is_finished(web)?,
        has_password: !session.by_link,
    })
}

/// The answer that begins a session: who one is, and the cookie.
pub fn started(web: &Web, started: &Started, user: Option<&User>) -> Result<Answer, Problem> {
    let me = me_of(web, &started.session, user)?;
    let age = accounts::ABSOLUTE_S;
    let secret = &started.secret;
    let cookie =
        format!("{COOKIE_NAME}={secret}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={age}");
    Ok(Answer::json(&me).with(SET_COOKIE, &cookie))
}

/// Ends a session that a request brings along: a new one never continues it.
fn end_old(web: &Web, call: &Call) {
    if let Who::Session(session) = &call.who {
        web.accounts.end_session(&session.2);
    }
}

async fn login(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let Credentials { username, password } = call.json()?;
    let name = username.to_lowercase();
    let address = call.peer.ip().to_string();
    let (now_s, tried) = (call.now_s, name.clone());
    let from = address.clone();
    let done = web
        .hash(move |accounts| {
            let login = Login { user: &tried, password: &password, address: &from };
            accounts.log_in(login, now_s)
        })
        .await?;
    let begun = done.map_err(|why| {
        // Who waits is not told again and again: the log is bounded too.
        if why == Refused::Wrong {
            web.audit(format!("login of \"{}\" from {address} failed", shortened(&name)));
        }
        refused(why)
    })?;
    end_old(&web, &call);
    web.audit(format!("{name} ({}) logged in from {address}", begun.session.role.slug()));
    let user = web.accounts.users()?.into_iter().find(|user| user.name == name);
    started(&web, &begun, user.as_ref())
}

/// So much of a name as the log needs.
fn shortened(name: &str) -> String {
    name.chars().take(40).collect()
}

async fn login_by_link(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let Link { token } = call.json()?;
    let address = call.peer.ip().to_string();
    let begun =
        web.accounts.follow_link(&token, &address, call.now_s).map_err(|why| match why {
            Refused::Wrong => Problem::new(
                "login-failed",
                "this link was used, or has ended; start the meter again for a new one",
            ),
            other => refused(other),
        })?;
    end_old(&web, &call);
    web.audit(format!("somebody at the console logged in by a link, from {address}"));
    started(&web, &begun, None)
}

async fn logout(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    if let Who::Session(session) = &call.who {
        web.accounts.end_session(&session.2);
        web.audit(format!("{} logged out", call.who.name()));
    }
    let gone = format!("{COOKIE_NAME}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
    Ok(Answer::Done.with(SET_COOKIE, &gone))
}

async fn me(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    match &call.who {
        Who::Session(session) => {
            let (session, user, _) = &**session;
            Ok(Answer::json(&me_of(&web, session, user.as_ref())?))
        }
        Who::Token(token) => Ok(Answer::json(&Me {
            username: call.who.name(),
            role: call.who.role().map_or("", accounts::Role::slug),
            csrf: String::new(),
            preferences: ShownPreferences {
                language: Preferences::default().language,
                theme: Preferences::default().theme,
                phase_colours: Preferences::default().phase_colours,
                home: String::new(),
            },
            expires: rfc3339_s(token.ends_s),
            simulated: web.image().identity.simulated,
            set_up: super::set_up::is_finished(&web)?,
            has_password: false,
        })),
        Who::Nobody => Err(Problem::new("not-logged-in", "log in first")),
    }
}

/// The user who calls; a token or a link has none.
fn own_name(call: &Call) -> Result<String, Problem> {
    match &call.who {
        Who::Session(session) if session.1.is_some() => Ok(session.0.user.clone()),
        _ => Err(Problem::new("conflict", "this needs a user with a password of his own")),
    }
}

async fn set_preferences(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let Wishes { preferences: wished } = call.json()?;
    let name = own_name(&call)?;
    let Who::Session(session) = &call.who else { unreachable!("it has a name") };
    let known = session.1.as_ref().map(|user| user.preferences.clone()).unwrap_or_default();
    let preferences = Preferences {
        language: wished.language.map_or(known.language, |language| language.slug().into()),
        theme: wished.theme.map_or(known.theme, |theme| {
            match theme {
                Theme::System => "system",
                Theme::Light => "light",
                Theme::Dark => "dark",
            }
            .into()
        }),
        phase_colours: wished.phase_colours.map_or(known.phase_colours, |colours| {
            match colours {
                PhaseColours::Iec => "iec",
                PhaseColours::Us => "us",
                PhaseColours::UsDelta => "us-delta",
            }
            .into()
        }),
        home: wished.home.unwrap_or(known.home),
    };
    web.accounts
        .set_preferences(&name, &preferences)
        .map_err(|error| not_done("preferences", error))?;
    let user = web.accounts.users()?.into_iter().find(|user| user.name == name);
    Ok(Answer::json(&me_of(&web, &session.0, user.as_ref())?))
}

async fn set_own_password(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let NewPassword { old, new } = call.json()?;
    let name = own_name(&call)?;
    accounts::check_password(&name, &new)
        .map_err(|error| Problem::invalid("new", error.to_string()))?;
    let (address, now_s, user) = (call.peer.ip().to_string(), call.now_s, name.clone());
    let done = web
        .hash(move |accounts| {
            let login = Login { user: &user, password: &old, address: &address };
            accounts.verify(login, now_s).map_err(refused)?;
            accounts.set_password(&user, &new).map_err(|error| not_done("new", error))
        })
        .await?;
    done?;
    web.audit(format!("{name} changed the own password"));
    Ok(Answer::Done)
}

async fn confirm_password(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let Confirmation { password } = call.json()?;
    let name = own_name(&call)?;
    if password.len() > PASSWORD_MAX {
        return Err(refused(Refused::Wrong));
    }
    let Who::Session(session) = &call.who else { unreachable!("it has a name") };
    let (secret, address, now_s) = (session.2.clone(), call.peer.ip().to_string(), call.now_s);
    let done = web
        .hash(move |accounts| {
            let login = Login { user: &name, password: &password, address: &address };
            accounts.confirm(&secret, login, now_s)
        })
        .await?;
    done.map_err(refused)?;
    Ok(Answer::Done)
}
