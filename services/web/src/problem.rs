//! Errors of the interface, as RFC 9457 writes them.

use schemars::JsonSchema;
use serde::Serialize;
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
    pub r#type: &'static str,
    /// The kind in words.
    pub title: &'static str,
    /// HTTP status.
    pub status: u16,
    /// A sentence: what is wrong here, and what to do.
    pub detail: String,
    /// The field at fault, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<Box<str>>,
    /// All fields at fault, if there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Seconds after which it may be tried again; 0 if that is not known.
    #[serde(skip)]
    pub retry_after_s: u32,
    /// Methods that the path takes.
    #[serde(skip)]
    pub allow: Option<Box<str>>,
}

/// Kinds of problems: address, status and title.
#[rustfmt::skip]
pub const KINDS: &[(&str, StatusCode, &str)] = &[
    ("/problems/bad-request",       StatusCode::BAD_REQUEST,            "The request makes no sense"),
    ("/problems/login-failed",      StatusCode::UNAUTHORIZED,           "Name or password is wrong"),
    ("/problems/not-logged-in",     StatusCode::UNAUTHORIZED,           "A login is needed"),
    ("/problems/not-allowed",       StatusCode::FORBIDDEN,              "Another role is needed"),
    ("/problems/csrf",              StatusCode::FORBIDDEN,              "The request does not come from our page"),
    ("/problems/set-up-first",      StatusCode::FORBIDDEN,              "The device is not set up yet"),
    ("/problems/confirm-password",  StatusCode::FORBIDDEN,              "The password is needed again"),
    ("/problems/not-found",         StatusCode::NOT_FOUND,              "There is no such thing"),
    ("/problems/not-simulated",     StatusCode::NOT_FOUND,              "This meter is not simulated"),
    ("/problems/method-not-allowed", StatusCode::METHOD_NOT_ALLOWED,    "The path does not take this method"),
    ("/problems/conflict",          StatusCode::CONFLICT,               "It does not fit what is there"),
    ("/problems/keeps-nothing",     StatusCode::CONFLICT,               "This run keeps nothing"),
    ("/problems/too-large",         StatusCode::PAYLOAD_TOO_LARGE,      "The body is too large"),
    ("/problems/unsupported-media", StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body is of another type"),
    ("/problems/invalid",           StatusCode::UNPROCESSABLE_ENTITY,   "A value cannot be taken"),
    ("/problems/upgrade-required",  StatusCode::UPGRADE_REQUIRED,       "This path speaks WebSocket"),
    ("/problems/too-many-attempts", StatusCode::TOO_MANY_REQUESTS,      "Too many attempts"),
    ("/problems/slow",              StatusCode::REQUEST_TIMEOUT,        "The body did not come in time"),
    ("/problems/internal",          StatusCode::INTERNAL_SERVER_ERROR,  "A fault of the program"),
    ("/problems/busy",              StatusCode::SERVICE_UNAVAILABLE,    "The meter is busy"),
];

impl Problem {
    /// A problem of a kind.
    ///
    /// # Panics
    /// If there is no such kind.
    pub fn new(slug: &str, detail: impl Into<String>) -> Problem {
        let is_kind = |address: &str| address.strip_prefix("/problems/") == Some(slug);
        let kind = KINDS.iter().find(|(address, ..)| is_kind(address));
        let (address, status, title) = kind.expect("a kind of problem that is in the table");
        Problem {
            r#type: address,
            title,
            status: status.as_u16(),
            detail: detail.into(),
            field: None,
            errors: Vec::new(),
            // What is busy is so for a moment.
            retry_after_s: u32::from(slug == "busy"),
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
        let field = errors.first().map(|error| error.field.as_str().into());
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
        let seconds = seconds.clamp(1, 86_400);
        Problem { retry_after_s: u32::try_from(seconds).expect("a day at the most"), ..self }
    }

    /// As a response.
    pub fn response(&self) -> Response {
        let body = serde_json::to_vec(self).expect("texts and numbers are always JSON");
        let mut response = Response::new(body.into());
        *response.status_mut() = StatusCode::from_u16(self.status).expect("from the table");
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if self.retry_after_s > 0 {
            headers.insert(RETRY_AFTER, self.retry_after_s.into());
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
