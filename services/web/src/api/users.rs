//! Users and tokens.

use super::session::not_done;
use crate::Web;
use crate::call::{Answer, Call};
use crate::operation::{Content, Needs, Operation, handler, shape};
use crate::problem::Problem;
use crate::time::rfc3339_s;
use accounts::{Role, Scope, Token, User};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use warp::http::{Method, StatusCode};

/// The rows.
pub fn operations() -> Vec<Operation> {
    vec![
        Operation {
            method: Method::GET,
            path: "/api/v1/users",
            id: "users",
            doc: "All users.",
            needs: Needs::Administrator,
            query: &[],
            body: Content::None,
            answer: (200, Content::Json(shape::<Vec<ShownUser>>)),
            handler: handler!(users),
        },
        Operation {
            method: Method::POST,
            path: "/api/v1/users",
            id: "add_user",
            doc: "Adds a user.",
            needs: Needs::Confirmed,
            query: &[],
            body: Content::Json(shape::<NewUser>),
            answer: (201, Content::Json(shape::<ShownUser>)),
            handler: handler!(add_user),
        },
        Operation {
            method: Method::PATCH,
            path: "/api/v1/users/{username}",
            id: "change_user",
            doc: "Gives a user another role, or another password, which ends his sessions.",
            needs: Needs::Confirmed,
            query: &[],
            body: Content::Json(shape::<ChangedUser>),
            answer: (200, Content::Json(shape::<ShownUser>)),
            handler: handler!(change_user),
        },
        Operation {
            method: Method::DELETE,
            path: "/api/v1/users/{username}",
            id: "remove_user",
            doc: "Takes a user away, and his sessions.",
            needs: Needs::Confirmed,
            query: &[],
            body: Content::None,
            answer: (204, Content::None),
            handler: handler!(remove_user),
        },
        Operation {
            method: Method::GET,
            path: "/api/v1/tokens",
            id: "tokens",
            doc: "All tokens, without their secrets.",
            needs: Needs::Administrator,
            query: &[],
            body: Content::None,
            answer: (200, Content::Json(shape::<Vec<ShownToken>>)),
            handler: handler!(tokens),
        },
        Operation {
            method: Method::POST,
            path: "/api/v1/tokens",
            id: "add_token",
            doc: "Makes a token for a program; its secret is shown this once.",
            needs: Needs::Confirmed,
            query: &[],
            body: Content::Json(shape::<NewToken>),
            answer: (201, Content::Json(shape::<MadeToken>)),
            handler: handler!(add_token),
        },
        Operation {
            method: Method::DELETE,
            path: "/api/v1/tokens/{id}",
            id: "remove_token",
            doc: "Takes a token away.",
            needs: Needs::Confirmed,
            query: &[],
            body: Content::None,
            answer: (204, Content::None),
            handler: handler!(remove_token),
        },
    ]
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum WantedRole {
    Viewer,
    Operator,
    Administrator,
}

impl WantedRole {
    fn role(self) -> Role {
        match self {
            WantedRole::Viewer => Role::Viewer,
            WantedRole::Operator => Role::Operator,
            WantedRole::Administrator => Role::Administrator,
        }
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewUser {
    /// 1 to 32 small letters, digits, `.`, `-` or `_`, beginning with a letter.
    #[schemars(length(min = 1, max = 32))]
    username: String,
    /// 12 characters or more.
    #[schemars(length(min = 12, max = 256))]
    password: String,
    role: WantedRole,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ChangedUser {
    role: Option<WantedRole>,
    password: Option<String>,
}

/// A user.
#[derive(Serialize, JsonSchema)]
struct ShownUser {
    username: String,
    role: &'static str,
    /// When he was added, in UTC.
    created: String,
    /// When he logged in last.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_login: Option<String>,
    /// Until when he has to wait after failures.
    #[serde(skip_serializing_if = "Option::is_none")]
    locked_until: Option<String>,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum WantedScope {
    Read,
    Write,
    Metrics,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewToken {
    /// What it is for.
    #[schemars(length(min = 1, max = 64))]
    name: String,
    scopes: Vec<WantedScope>,
    /// For how many days it holds.
    #[schemars(range(min = 1, max = 3650))]
    days: u32,
}

#[derive(Serialize, JsonSchema)]
struct ShownToken {
    id: u32,
    name: String,
    scopes: Vec<&'static str>,
    created: String,
    expires: String,
}

#[derive(Serialize, JsonSchema)]
struct MadeToken {
    #[serde(flatten)]
    shown: ShownToken,
    /// To be sent as `Authorization: Bearer`; it is not shown again.
    token: String,
}

fn shown(web: &Web, user: &User, now_s: i64) -> Result<ShownUser, Problem> {
    Ok(ShownUser {
        username: user.name.clone(),
        role: user.role.slug(),
        created: rfc3339_s(user.created_s),
        last_login: user.seen_s.map(rfc3339_s),
        locked_until: web.accounts.locked_until_s(&user.name, now_s)?.map(rfc3339_s),
    })
}

fn named(web: &Web, name: &str, now_s: i64) -> Result<ShownUser, Problem> {
    let users = web.accounts.users()?;
    let user = users.iter().find(|user| user.name == name);
    let user = user.ok_or_else(|| Problem::not_found(format!("there is no user {name}")))?;
    shown(web, user, now_s)
}

async fn users(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let users = web.accounts.users()?;
    let shown: Result<Vec<ShownUser>, Problem> =
        users.iter().map(|user| shown(&web, user, call.now_s)).collect();
    Ok(Answer::json(&shown?))
}

async fn add_user(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let NewUser { username, password, role } = call.json()?;
    let (name, role, now_s) = (username.clone(), role.role(), call.now_s);
    let added = web.hash(move |accounts| accounts.add_user(&name, &password, role, now_s)).await?;
    added.map_err(|error| not_done("password", error))?;
    web.audit(format!("{} added the user {username} as {}", call.who.name(), role.slug()));
    Ok(Answer::json_with(StatusCode::CREATED, &named(&web, &username, now_s)?))
}

async fn change_user(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let ChangedUser { role, password } = call.json()?;
    let name = call.name("username").to_string();
    named(&web, &name, call.now_s)?;
    if let Some(password) = password {
        let user = name.clone();
        let done = web.hash(move |accounts| accounts.set_password(&user, &password)).await?;
        done.map_err(|error| not_done("password", error))?;
        web.audit(format!("{} gave {name} another password", call.who.name()));
    }
    if let Some(role) = role {
        let role = role.role();
        web.accounts.set_role(&name, role).map_err(|error| not_done("role", error))?;
        web.audit(format!("{} made {name} {}", call.who.name(), role.slug()));
    }
    Ok(Answer::json(&named(&web, &name, call.now_s)?))
}

async fn remove_user(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let name = call.name("username");
    web.accounts.remove_user(name).map_err(|error| not_done("username", error))?;
    web.audit(format!("{} removed the user {name}", call.who.name()));
    Ok(Answer::Done)
}

fn shown_token(token: &Token) -> ShownToken {
    ShownToken {
        id: token.id,
        name: token.name.clone(),
        scopes: token.scopes.iter().map(|scope| scope.slug()).collect(),
        created: rfc3339_s(token.created_s),
        expires: rfc3339_s(token.ends_s),
    }
}

async fn tokens(web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    let tokens = web.accounts.tokens()?;
    Ok(Answer::json(&tokens.iter().map(shown_token).collect::<Vec<_>>()))
}

async fn add_token(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let NewToken { name, scopes, days } = call.json()?;
    let scope = |scope: WantedScope| match scope {
        WantedScope::Read => Scope::Read,
        WantedScope::Write => Scope::Write,
        WantedScope::Metrics => Scope::Metrics,
    };
    let scopes: Vec<Scope> = scopes.into_iter().map(scope).collect();
    let made = web.accounts.add_token(&name, &scopes, days, call.now_s);
    let made = made.map_err(|error| not_done("name", error))?;
    let id = made.token.id;
    web.audit(format!("{} made token {id} \"{name}\" for {days} days", call.who.name()));
    let shown = shown_token(&made.token);
    Ok(Answer::json_with(StatusCode::CREATED, &MadeToken { shown, token: made.secret }))
}

async fn remove_token(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let text = call.name("id");
    let none = || Problem::not_found(format!("there is no token {text}"));
    let id = text.parse().map_err(|_| none())?;
    let token = web.accounts.remove_token(id).map_err(|error| not_done("id", error))?;
    web.audit(format!("{} removed token {id} \"{}\"", call.who.name(), token.name));
    Ok(Answer::Done)
}
