//! One request as a handler sees it, and what it answers.

use crate::problem::Problem;
use accounts::{Role, Scope, Session, Token, User};
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::net::SocketAddr;
use warp::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderName, HeaderValue};
use warp::http::{HeaderMap, StatusCode};
use warp::reply::Response;

/// Who calls.
#[derive(Debug, Clone)]
pub enum Who {
    /// Nobody that we know.
    Nobody,
    /// Somebody who has logged in: his session, himself (unless he came by a link), and the secret of the session.
    Session(Box<(Session, Option<User>, String)>),
    /// A program.
    Token(Box<Token>),
}

impl Who {
    /// What he may do; nothing for nobody, and for a program that only reads metrics.
    pub fn role(&self) -> Option<Role> {
        match self {
            Who::Nobody => None,
            Who::Session(session) => Some(session.0.role),
            Who::Token(token) if token.scopes.contains(&Scope::Write) => Some(Role::Operator),
            Who::Token(token) if token.scopes.contains(&Scope::Read) => Some(Role::Viewer),
            Who::Token(_) => None,
        }
    }

    /// His name, for the log.
    pub fn name(&self) -> String {
        match self {
            Who::Nobody => "nobody".into(),
            Who::Session(session) => session.0.user.clone(),
            Who::Token(token) => format!("token {} \"{}\"", token.id, token.name),
        }
    }
}

/// One request.
#[derive(Debug)]
pub struct Call {
    /// Who calls.
    pub who: Who,
    /// From where.
    pub peer: SocketAddr,
    /// Seconds since 1970, by the clock of the wall.
    pub now_s: i64,
    /// What stands for the names of the path.
    pub names: Vec<(&'static str, String)>,
    /// Names and values of the query.
    pub query: Vec<(String, String)>,
    /// Headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Call {
    /// What stands for a name of the path.
    ///
    /// # Panics
    /// If the path of the operation has no such name.
    pub fn name(&self, name: &str) -> &str {
        let found = self.names.iter().find(|(known, _)| *known == name);
        &found.expect("the path of the operation has this name").1
    }

    /// A parameter of the query, if it is given and not empty.
    pub fn asked(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// A whole number of the query, if it is given; its row of the table says within which range.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.asked(name)?.parse().ok()
    }

    /// The body as a value.
    ///
    /// # Errors
    /// If it is not JSON, or not of this type; with the field at fault.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let media = self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media = media.map(|media| media.split(';').next().unwrap_or("").trim().to_lowercase());
        if media.as_deref() != Some("application/json") {
            let detail = "send JSON, with Content-Type: application/json";
            return Err(Problem::new("unsupported-media", detail));
        }
        // The reader would take a list for a shape, by the order of its fields.
        if self.body.trim_ascii_start().first() == Some(&b'[') {
            return Err(Problem::new("invalid", "send an object with names, not a list"));
        }
        let mut reader = serde_json::Deserializer::from_slice(&self.body);
        let value = T::deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
        value.map_err(|error| match error.classify() {
            serde_json::error::Category::Data => match named_field(&error.to_string()) {
                Some(field) => Problem::invalid(&field, error.to_string()),
                None => Problem::new("invalid", error.to_string()),
            },
            _ => Problem::new("bad-request", format!("the body is no JSON: {error}")),
        })
    }
}

/// The field that an error of the reader names: `unknown field \`x\``.
fn named_field(error: &str) -> Option<String> {
    let (_, rest) = error.split_once("field `")?;
    Some(rest.split_once('`')?.0.to_string())
}

/// What is answered.
#[derive(Debug)]
pub enum Answer {
    /// A value as JSON.
    Json(StatusCode, Bytes),
    /// Done, and nothing to tell.
    Done,
    /// Anything.
    Response(Box<Response>),
}

impl Answer {
    /// A value.
    pub fn json(value: &impl Serialize) -> Answer {
        Answer::json_with(StatusCode::OK, value)
    }

    /// A value with another status.
    pub fn json_with(status: StatusCode, value: &impl Serialize) -> Answer {
        let bytes = serde_json::to_vec(value).expect("what is sent is always JSON");
        Answer::Json(status, bytes.into())
    }

    /// A file to be kept under a name.
    pub fn file(media: &'static str, name: &str, bytes: impl Into<Bytes>) -> Answer {
        let mut response = Response::new(bytes.into().into());
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media));
        let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
        let name: String = name.chars().map(plain).collect();
        if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
            response.headers_mut().insert(CONTENT_DISPOSITION, value);
        }
        Answer::Response(Box::new(response))
    }

    /// Text of a media type.
    pub fn text(media: &'static str, text: impl Into<Bytes>) -> Answer {
        let mut response = Response::new(text.into().into());
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media));
        Answer::Response(Box::new(response))
    }

    /// With one more header.
    #[must_use]
    pub fn with(self, name: HeaderName, value: &str) -> Answer {
        let mut response = self.response();
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().append(name, value);
        }
        Answer::Response(Box::new(response))
    }

    /// As a response.
    pub fn response(self) -> Response {
        match self {
            Answer::Json(status, bytes) => {
                let mut response = Response::new(bytes.into());
                *response.status_mut() = status;
                let media = HeaderValue::from_static("application/json");
                response.headers_mut().insert(CONTENT_TYPE, media);
                response
            }
            Answer::Done => {
                let mut response = Response::default();
                *response.status_mut() = StatusCode::NO_CONTENT;
                response
            }
            Answer::Response(response) => *response,
        }
    }
}
