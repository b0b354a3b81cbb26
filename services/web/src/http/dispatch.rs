//! From a request to the operation that answers it, or to a file of the page.
//!
//! What has to hold for every operation is held here and nowhere else: set-up, login, role, cross-site requests,
//! size and time of a body, headers of the answer.

use super::{assets, live_socket, server::Peer};
use crate::Web;
use crate::call::{Call, Who};
use crate::operation::{Needs, Operation};
use crate::problem::Problem;
use crate::routes;
use accounts::{Role, Scope};
use bytes::{Buf, Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use hyper_util::service::TowerToHyperService;
use std::sync::Arc;
use tokio::time::timeout;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::host::Authority;
use warp::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, COOKIE, HeaderValue,
    ORIGIN, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use warp::http::{HeaderMap, Method};
use warp::reply::Response;

/// Name of the cookie of a session. The prefix makes browsers insist on TLS, this host and the whole path.
pub const COOKIE_NAME: &str = "__Host-ems";

/// Header in which a page sends back what it was given.
pub const CSRF_HEADER: &str = "x-csrf-token";

/// No script or style but our files, no other host, and nobody's frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
    connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What answers all requests of a connection.
pub fn service(
    web: Arc<Web>,
) -> impl hyper::service::Service<
    warp::http::Request<hyper::body::Incoming>,
    Response = Response,
    Error = std::convert::Infallible,
    Future: Send,
> + Clone
+ Send
+ 'static {
    TowerToHyperService::new(warp::service(filter(web)))
}

/// All that is answered.
fn filter(web: Arc<Web>) -> BoxedFilter<(Response,)> {
    let live = Arc::clone(&web);
    let upgrades = warp::path!("api" / "v1" / "live")
        .and(warp::path::end())
        .and(warp::get())
        .and(warp::ws())
        .and(warp::header::headers_cloned())
        .and(warp::filters::host::optional())
        .then(move |ws, headers, host| live_socket::upgrade(Arc::clone(&live), ws, headers, host));
    let requests = warp::any()
        .and(warp::ext::get::<Peer>())
        .and(warp::method())
        .and(warp::path::full())
        .and(raw_query())
        .and(warp::header::headers_cloned())
        .and(warp::filters::host::optional())
        .and(warp::body::stream())
        .then(move |peer, method, path: warp::path::FullPath, query, headers, host, body| {
            let path = path.as_str().into();
            let request = Request { peer, method, path, query, headers, host };
            let web = Arc::clone(&web);
            async move { answer(web, request, body).await }
        });
    upgrades.or(requests).unify().boxed()
}

fn raw_query() -> BoxedFilter<(String,)> {
    let query = warp::query::raw();
    query.or(warp::any().map(String::new)).unify().boxed()
}

/// A request without its body.
struct Request {
    peer: Peer,
    method: Method,
    path: String,
    query: String,
    headers: HeaderMap,
    /// Who is meant, of the Host header or of HTTP/2's authority.
    host: Option<Authority>,
}

async fn answer<B: Buf>(
    web: Arc<Web>,
    request: Request,
    body: impl Stream<Item = Result<B, warp::Error>> + Send,
) -> Response {
    let is_api = request.path.starts_with("/api/") || request.path == "/metrics";
    let is_head = request.method == Method::HEAD;
    let mut response = if is_api {
        let answered = call(&web, request, body).await;
        answered.unwrap_or_else(|problem| problem.response())
    } else {
        assets::answer(&request.method, &request.path, &request.headers, request.host.as_ref())
    };
    if is_head {
        let length = response.headers().get(CONTENT_LENGTH).cloned();
        *response.body_mut() = Bytes::new().into();
        if let Some(length) = length {
            response.headers_mut().insert(CONTENT_LENGTH, length);
        }
    }
    guard(&mut response);
    response
}

/// Headers that every answer has.
fn guard(response: &mut Response) {
    let headers = response.headers_mut();
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    set(CONTENT_SECURITY_POLICY, POLICY);
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(X_FRAME_OPTIONS, "DENY");
    set(REFERRER_POLICY, "no-referrer");
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

/// Finds the operation and lets it answer.
async fn call<B: Buf>(
    web: &Arc<Web>,
    request: Request,
    body: impl Stream<Item = Result<B, warp::Error>> + Send,
) -> Result<Response, Problem> {
    let now_s = web.now_s();
    let who = identify(web, &request.headers, now_s);
    // Read before anything is said: HTTP/2 has no answer to who is still sending.
    let max = match &who {
        Ok(Who::Session(_) | Who::Token(_)) => web.limits.body_bytes,
        Ok(Who::Nobody) | Err(_) => web.limits.stranger_body_bytes,
    };
    let body = read(web, max, body).await;
    let (operation, names) = find(&request.method, &request.path)?;
    let (who, body) = (who?, body?);
    allow(web, operation, &who, now_s)?;
    check_origin(&request, &who)?;
    let call = Call {
        who,
        peer: request.peer.0,
        now_s,
        names,
        query: parse_query(&request.query),
        headers: request.headers,
        body,
    };
    operation.query.iter().try_for_each(|parameter| parameter.check(&call))?;
    let answer = (operation.handler)(Arc::clone(web), call).await?;
    Ok(answer.response())
}

/// The operation of a method and a path, with what stands for the names of the path. A path that is written out goes
/// before one that has names, as OpenAPI wants it: `schedules` is no id of a report.
fn find(
    method: &Method,
    path: &str,
) -> Result<(&'static Operation, Vec<(&'static str, String)>), Problem> {
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    let (mut found, mut allowed, mut fewest) = (None, Vec::new(), usize::MAX);
    for operation in routes::operations() {
        let Some(names) = operation.matched(path).filter(|names| names.len() <= fewest) else {
            continue;
        };
        if names.len() < fewest {
            (found, fewest) = (None, names.len());
            allowed.clear();
        }
        allowed.push(operation.method.as_str());
        if operation.method == *method {
            found = Some((operation, names));
        }
    }
    if let Some(found) = found {
        return Ok(found);
    }
    if allowed.is_empty() {
        let detail = "there is nothing at this path; /api/v1/openapi.json lists all there is";
        return Err(Problem::not_found(detail));
    }
    let allow = allowed.join(", ");
    let detail = format!("this path takes {allow}");
    Err(Problem { allow: Some(allow.into()), ..Problem::new("method-not-allowed", detail) })
}

/// Who sends these headers. A credential that is wrong is an error, and not nobody.
pub fn identify(web: &Web, headers: &HeaderMap, now_s: i64) -> Result<Who, Problem> {
    if let Some(value) = headers.get(AUTHORIZATION) {
        let secret = value.to_str().ok().and_then(|value| value.strip_prefix("Bearer "));
        let token = match secret {
            Some(secret) => web.accounts.token(secret.trim(), now_s)?,
            None => None,
        };
        let token = token.ok_or_else(|| {
            Problem::new("not-logged-in", "there is no such token, or it has ended")
        })?;
        return Ok(Who::Token(Box::new(token)));
    }
    let Some(secret) = cookie(headers) else { return Ok(Who::Nobody) };
    Ok(match web.accounts.session(secret, now_s)? {
        Some((session, user)) => Who::Session(Box::new((session, user, secret.to_string()))),
        None => Who::Nobody,
    })
}

/// The secret of a session among cookies.
fn cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        all.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.split_once('='));
    pairs.find(|(name, _)| name.trim() == COOKIE_NAME).map(|(_, value)| value.trim())
}

/// Whether somebody may call an operation now.
fn allow(web: &Web, operation: &Operation, who: &Who, now_s: i64) -> Result<(), Problem> {
    let needs = operation.needs;
    if needs == Needs::Nobody {
        return Ok(());
    }
    if web.needs_set_up()? {
        let detail =
            "set a password first: the page leads through it, or POST /api/v1/setup/password";
        return Err(Problem::new("set-up-first", detail));
    }
    let wanted = match needs {
        Needs::Nobody | Needs::SetUp => return Ok(()),
        Needs::Metrics => {
            if matches!(who, Who::Token(token) if token.scopes.contains(&Scope::Metrics)) {
                return Ok(());
            }
            Role::Viewer
        }
        Needs::Viewer => Role::Viewer,
        Needs::Operator => Role::Operator,
        Needs::Administrator | Needs::Confirmed => Role::Administrator,
    };
    if matches!(who, Who::Nobody) {
        return Err(Problem::new("not-logged-in", "log in first, or send a token"));
    }
    if who.role().is_none_or(|role| role < wanted) {
        let name = wanted.slug();
        web.audit(format!("{} was refused {}: it needs the role {name}", who.name(), operation.id));
        return Err(Problem::new("not-allowed", format!("this needs the role {name}")));
    }
    if needs == Needs::Confirmed
        && let Who::Session(session) = who
        && !session.0.is_confirmed(now_s)
    {
        let detail = "give the password again: POST /api/v1/me/confirm";
        return Err(Problem::new("confirm-password", detail));
    }
    Ok(())
}

/// A change that a browser asks for comes from our page: from our origin, and with what our page was given.
fn check_origin(request: &Request, who: &Who) -> Result<(), Problem> {
    if matches!(request.method, Method::GET | Method::HEAD) {
        return Ok(());
    }
    if !is_same_origin(&request.headers, request.host.as_ref()) {
        return Err(Problem::new("csrf", "the request comes from another page"));
    }
    let Who::Session(session) = who else { return Ok(()) };
    let sent = request.headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok());
    if sent != Some(session.0.csrf.as_str()) {
        let detail = "send the `csrf` of /api/v1/me in the header X-CSRF-Token";
        return Err(Problem::new("csrf", detail));
    }
    Ok(())
}

/// Whether a browser says that a request comes from our page, or nothing of it, as programs do.
pub fn is_same_origin(headers: &HeaderMap, host: Option<&Authority>) -> bool {
    let Some(origin) = headers.get(ORIGIN) else { return true };
    let origin = origin.to_str().ok().and_then(|origin| origin.strip_prefix("https://"));
    origin.is_some() && origin == host.map(Authority::as_str)
}

/// The body, if it is not too large and comes in time. What is too large is read on and thrown away, so that its
/// sender hears why.
async fn read<B: Buf>(
    web: &Web,
    max: usize,
    body: impl Stream<Item = Result<B, warp::Error>> + Send,
) -> Result<Bytes, Problem> {
    let reading = async {
        let mut bytes = BytesMut::new();
        let mut thrown = 0;
        let mut body = std::pin::pin!(body);
        while let Some(part) = body.next().await {
            let mut part = part.map_err(|_| Problem::new("bad-request", "the body broke off"))?;
            let more = part.remaining();
            if thrown > 0 || bytes.len() + more > max {
                thrown += more;
                if thrown > web.limits.thrown_bytes {
                    break;
                }
            } else {
                bytes.extend_from_slice(&part.copy_to_bytes(more));
            }
        }
        if thrown > 0 {
            return Err(Problem::new("too-large", format!("a body has at most {max} bytes here")));
        }
        Ok(bytes.freeze())
    };
    let slow = |_| {
        let seconds = web.limits.body.as_secs();
        Problem::new("slow", format!("a body comes within {seconds} s"))
    };
    timeout(web.limits.body, reading).await.map_err(slow)?
}

fn parse_query(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}
