//! Files of the page, from the program itself.

use super::security;
use crate::problem::Problem;
use warp::host::Authority;
use warp::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG,
    HeaderMap, HeaderValue, IF_NONE_MATCH, VARY,
};
use warp::http::{Method, StatusCode};
use warp::reply::Response;
use webapp::{ASSETS, Asset};

/// A file. What is no file and looks like a page of the app is its first page: the app reads the path.
pub fn answer(
    method: &Method,
    path: &str,
    headers: &HeaderMap,
    host: Option<&Authority>,
) -> Response {
    if !matches!(*method, Method::GET | Method::HEAD) {
        let allow = Some("GET".into());
        let detail = "files of the page are only read";
        return Problem { allow, ..Problem::new("method-not-allowed", detail) }.response();
    }
    if let Some(response) = security::answer(path, host) {
        return response;
    }
    let name = path.trim_start_matches('/');
    let known = |name: &str| ASSETS.iter().find(|asset| asset.path == name);
    // A name with a dot is that of a file, and a file that is not there is not the first page.
    let is_page = !path.rsplit('/').next().unwrap_or("").contains('.') && !path.contains("..");
    let asset = known(name).or_else(|| if is_page { known("index.html") } else { None });
    match asset {
        Some(asset) => file(asset, headers),
        None => Problem::not_found("there is no such file").response(),
    }
}

fn file(asset: &'static Asset, headers: &HeaderMap) -> Response {
    let gzip = asset.gzip.filter(|_| accepts_gzip(headers));
    let mut response = Response::default();
    let tag = format!("\"{}{}\"", asset.tag, if gzip.is_some() { "-gz" } else { "" });
    if is_known(headers, &tag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        let bytes: &'static [u8] = gzip.unwrap_or(asset.bytes);
        *response.body_mut() = bytes.into();
        response.headers_mut().insert(CONTENT_LENGTH, bytes.len().into());
    }
    let out = response.headers_mut();
    out.insert(CONTENT_TYPE, HeaderValue::from_static(asset.media));
    if gzip.is_some() {
        out.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    out.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        out.insert(ETAG, tag);
    }
    let age = if asset.hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
    out.insert(CACHE_CONTROL, HeaderValue::from_static(age));
    response
}

/// Whether a client takes gzip: named or `*`, and not with a quality of 0.
pub fn accepts_gzip(headers: &HeaderMap) -> bool {
    let all = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut any = None;
    for part in all.flat_map(|value| value.split(',')) {
        let mut pieces = part.split(';').map(str::trim);
        let name = pieces.next().unwrap_or("").to_lowercase();
        let refused = pieces.any(|piece| {
            piece.strip_prefix("q=").is_some_and(|q| q.parse().is_ok_and(|q: f32| q == 0.0))
        });
        match name.as_str() {
            "gzip" => return !refused,
            "*" => any = Some(!refused),
            _ => {}
        }
    }
    any.unwrap_or(false)
}

/// Whether a client has what bears this tag.
pub fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let all = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = all.flat_map(|value| value.split(',')).map(str::trim);
    tags.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_goes_to_those_who_take_it() {
        let check = |accept: Option<&str>, expected: bool| {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(ACCEPT_ENCODING, accept.parse().expect("a header"));
            }
            assert_eq!(accepts_gzip(&headers), expected, "{accept:?}");
        };
        check(None, false);
        check(Some("gzip, deflate, br"), true);
        check(Some("identity"), false);
        check(Some("gzip;q=0"), false);
        check(Some("*"), true);
        check(Some("*;q=0, gzip;q=0.5"), true);
        check(Some("br, *;q=0"), false);
    }
}
