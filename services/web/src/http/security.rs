//! Whom to tell of a weakness: `security.txt` (RFC 9116), and the policy that it names.
//!
//! The project has no address of its own that could stand in a program, so that the contact is the policy itself, as this
//! device serves it: it says which way a report goes.

use crate::problem::Problem;
use warp::host::Authority;
use warp::http::header::{CONTENT_TYPE, HeaderValue};
use warp::reply::Response;

/// Where RFC 9116 wants it.
const PATH: &str = "/.well-known/security.txt";

/// Where the policy is.
const POLICY_PATH: &str = "/security.md";

/// The policy, as the repository has it.
const POLICY: &str = include_str!("../../../../SECURITY.md");

/// Until when the policy can be relied upon; less than a year ahead, as RFC 9116 recommends. A release moves it on, and
/// ci/web/attacks.py tells when it has passed.
const EXPIRES: &str = "2027-11-01T00:00:00Z";

/// What is asked for by name of a host; none if it is something else.
pub fn answer(path: &str, host: Option<&Authority>) -> Option<Response> {
    match path {
        PATH => Some(host.map_or_else(hostless, |host| plain(text(host)))),
        POLICY_PATH => Some(plain(POLICY.into())),
        _ => None,
    }
}

fn hostless() -> Response {
    Problem::new("bad-request", "say which host is meant, in the header Host").response()
}

fn text(host: &Authority) -> String {
    let policy = format!("https://{host}{POLICY_PATH}");
    format!("Contact: {policy}\nExpires: {EXPIRES}\nPreferred-Languages: en\nPolicy: {policy}\n")
}

fn plain(text: String) -> Response {
    let mut response = Response::new(text.into());
    let media = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, media);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [W14] A contact, and a date until which it can be relied upon.
    #[test]
    fn security_txt_has_what_rfc_9116_requires() {
        let text = text(&Authority::from_static("meter.local:8443"));
        let field = |name: &str| {
            let found: Vec<_> = text.lines().filter_map(|line| line.strip_prefix(name)).collect();
            assert_eq!(found.len(), 1, "{name}");
            found[0]
        };
        assert_eq!(field("Contact: "), "https://meter.local:8443/security.md");
        let expires: jiff::Timestamp = field("Expires: ").parse().expect("RFC 3339");
        assert!(expires.as_second() > 0);
        assert!(POLICY.contains("## Reporting"));
    }
}
