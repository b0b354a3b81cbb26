//! Errors of the interface, as RFC 9457 writes them.

use schemars::JsonSchema;
use serde::Serialize;
use std::borrow::Cow;
use warp::http::StatusCode;
use warp::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use warp::reply::Response;

/// Media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldError {
    /// Name of the field, with dots into what is nested.
    pub field: String,
    /// A sentence.
    pub detail: String,
}

/// Why a request was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Problem {
    /// Stable address of the kind of problem: `/problems/invalid`.
    pub r#type: Cow<'static, str>,
    /// The kind in words.
    pub title: Cow<'static, str>,
    /// HTTP status.
    pub status: u16,
    /// A sentence: what is wrong here, and what to do.
    pub detail: String,
    /// The field at fault, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// All fields at fault, if there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Seconds after which it may be tried again.
    #[serde(skip)]
    pub retry_after_s: Option<i64>,
    /// Methods that the path takes.
    #[serde(skip)]
    pub allow: Option<String>,
}

/// Kinds of problems: slug, status and title.
#[rustfmt::skip]
pub const KINDS: &[(&str, StatusCode, &str)] = &[
    ("bad-request",       StatusCode::BAD_REQUEST,            "The request makes no sense"),
    ("login-failed",      StatusCode::UNAUTHORIZED,           "Name or password is wrong"),
    ("not-logged-in",     StatusCode::UNAUTHORIZED,           "A login is needed"),
    ("not-allowed",       StatusCode::FORBIDDEN,              "Another role is needed"),
    ("csrf",              StatusCode::FORBIDDEN,              "The request does not come from our page"),
    ("set-up-first",      StatusCode::FORBIDDEN,              "The device is not set up yet"),
    ("confirm-password",  StatusCode::FORBIDDEN,              "The password is needed again"),
    ("not-found",         StatusCode::NOT_FOUND,              "There is no such thing"),
    ("not-simulated",     StatusCode::NOT_FOUND,              "This meter is not simulated"),
    ("method-not-allowed", StatusCode::METHOD_NOT_ALLOWED,    "The path does not take this method"),
    ("conflict",          StatusCode::CONFLICT,               "It does not fit what is there"),
    ("keeps-nothing",     StatusCode::CONFLICT,               "This run keeps nothing"),
    ("too-large",         StatusCode::PAYLOAD_TOO_LARGE,      "The body is too large"),
    ("unsupported-media", StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body is of another type"),
    ("invalid",           StatusCode::UNPROCESSABLE_ENTITY,   "A value cannot be taken"),
    ("upgrade-required",  StatusCode::UPGRADE_REQUIRED,       "This path speaks WebSocket"),
    ("too-many-attempts", StatusCode::TOO_MANY_REQUESTS,      "Too many attempts"),
    ("slow",              StatusCode::REQUEST_TIMEOUT,        "The body did not come in time"),
    ("internal",          StatusCode::INTERNAL_SERVER_ERROR,  "A fault of the program"),
    ("busy",              StatusCode::SERVICE_UNAVAILABLE,    "The meter is busy"),
];

impl Problem {
    /// A problem of a kind.
    ///
    /// # Panics
    /// If there is no such kind.
    pub fn new(slug: &str, detail: impl Into<String>) -> Problem {
        let kind = KINDS.iter().find(|(known, ..)| *known == slug);
        let (slug, status, title) = kind.expect("a kind of problem that is in the table");
        Problem {
            r#type: format!("/problems/{slug}").into(),
            title: (*title).into(),
            status: status.as_u16(),
            detail: detail.into(),
            field: None,
            errors: Vec::new(),
            retry_after_s: None,
            allow: None,
        }
    }

    /// A value that cannot be taken.
    pub fn invalid(field: &str, detail: impl Into<String>) -> Problem {
        Problem { field: Some(field.into()), ..Problem::new("invalid", detail) }
    }

    /// Several of them; at least one.
    pub fn invalid_fields(errors: Vec<FieldError>) -> Problem {
        let details: Vec<&str> = errors.iter().map(|error| error.detail.as_str()).collect();
        let field = errors.first().map(|error| error.field.clone());
        Problem { field, ..Problem::new("invalid", details.join("; ")) }.with_errors(errors)
    }

    fn with_errors(self, errors: Vec<FieldError>) -> Problem {
        Problem { errors, ..self }
    }

    /// There is no such thing.
    pub fn not_found(detail: impl Into<String>) -> Problem {
        Problem::new("not-found", detail)
    }

    /// One that is over after a while.
    #[must_use]
    pub fn retry_after(self, seconds: i64) -> Problem {
        Problem { retry_after_s: Some(seconds.max(1)), ..self }
    }

    /// As a response.
    pub fn response(&self) -> Response {
        let body = serde_json::to_vec(self).expect("texts and numbers are always JSON");
        let mut response = Response::new(body.into());
        *response.status_mut() = StatusCode::from_u16(self.status).expect("from the table");
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if let Some(allow) = self.allow.as_deref().and_then(|allow| allow.parse().ok()) {
            headers.insert(warp::http::header::ALLOW, allow);
        }
        response
    }
}

impl From<host::ShelfError> for Problem {
    fn from(error: host::ShelfError) -> Problem {
        Problem::new("internal", error.to_string())
    }
}

impl From<store::StoreError> for Problem {
    fn from(error: store::StoreError) -> Problem {
        match error {
            store::StoreError::Asked(what) => Problem::new("invalid", what),
            other => Problem::new("internal", other.to_string()),
        }
    }
}
