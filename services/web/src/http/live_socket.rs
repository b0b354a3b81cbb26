//! Live values over WebSocket and as an event stream: a frame for each window, the newest one if a client is slow.

use super::dispatch::{identify, is_same_origin};
use super::limits::Limits;
use crate::Web;
use crate::call::{Answer, Call, Who};
use crate::live::Frame;
use crate::problem::Problem;
use futures_util::{SinkExt, StreamExt, stream};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{MissedTickBehavior, interval, timeout};
use warp::host::Authority;
use warp::http::HeaderMap;
use warp::reply::{Reply, Response};
use warp::ws::{Message, WebSocket, Ws};

/// How often a connection looks whether its session still holds: logged out, another role, ended.
const STILL_ALLOWED: Duration = Duration::from_secs(5);

/// Bytes that wait to be sent to a client who takes nothing: some frames. Without a bound, whoever sends pings and reads no
/// answer fills the memory.
const WAITING_BYTES: usize = 512 * 1024;

/// Answers a handshake.
pub async fn upgrade(
    web: Arc<Web>,
    ws: Ws,
    headers: HeaderMap,
    host: Option<Authority>,
) -> Response {
    // A WebSocket is not bound to its origin by the browser, so that it is here.
    if !is_same_origin(&headers, host.as_ref()) {
        return Problem::new("csrf", "the request comes from another page").response();
    }
    let permit = match admit(&web, &headers) {
        Ok(permit) => permit,
        Err(problem) => return problem.response(),
    };
    let Limits { live_bytes, .. } = web.limits;
    let ws = ws.max_message_size(live_bytes).max_frame_size(live_bytes);
    let ws = ws.max_write_buffer_size(WAITING_BYTES);
    ws.on_upgrade(move |socket| serve(web, socket, headers, permit)).into_response()
}

fn admit(web: &Arc<Web>, headers: &HeaderMap) -> Result<OwnedSemaphorePermit, Problem> {
    may_look(web, headers)?;
    let full = || Problem::new("busy", "too many live connections; try again").retry_after(5);
    Arc::clone(&web.live_places).try_acquire_owned().map_err(|_| full())
}

fn may_look(web: &Web, headers: &HeaderMap) -> Result<(), Problem> {
    if web.needs_set_up()? {
        return Err(Problem::new("set-up-first", "set a password first"));
    }
    let who = identify(web, headers, web.now_s())?;
    match (&who, who.role()) {
        (_, Some(_)) => Ok(()),
        (Who::Nobody, _) => Err(Problem::new("not-logged-in", "log in first, or send a token")),
        (_, None) => Err(Problem::new("not-allowed", "this needs the role viewer")),
    }
}

async fn serve(web: Arc<Web>, socket: WebSocket, headers: HeaderMap, permit: OwnedSemaphorePermit) {
    let (mut sink, mut source) = socket.split();
    let mut frames = web.frames.subscribe();
    frames.mark_changed();
    let mut allowed = interval(STILL_ALLOWED);
    allowed.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let message = tokio::select! {
            frame = next(&mut frames) => match frame {
                Some(frame) => Message::text(frame.text.as_ref()),
                None => break,
            },
            _ = allowed.tick() => match may_look(&web, &headers) {
                Ok(()) => Message::ping(Vec::new()),
                Err(_) => break,
            },
            heard = source.next() => match heard {
                // Nothing that a client says changes anything; pings are answered below us.
                Some(Ok(message)) if !message.is_close() => continue,
                _ => break,
            },
        };
        let sent = timeout(web.limits.live_send, sink.send(message)).await;
        if !matches!(sent, Ok(Ok(()))) {
            break;
        }
    }
    // Whoever has gone does not hear it.
    let _gone = timeout(Duration::from_secs(1), sink.close()).await;
    drop(permit);
}

async fn next(frames: &mut watch::Receiver<Arc<Frame>>) -> Option<Arc<Frame>> {
    frames.changed().await.ok()?;
    let frame = Arc::clone(&frames.borrow_and_update());
    Some(frame)
}

/// The same as an event stream.
pub async fn stream(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let permit = admit(&web, &call.headers)?;
    let mut frames = web.frames.subscribe();
    frames.mark_changed();
    let begin = (web, frames, call.headers, permit);
    let events = stream::unfold(begin, |(web, mut frames, headers, permit)| async move {
        let frame = next(&mut frames).await?;
        may_look(&web, &headers).ok()?;
        let event = warp::sse::Event::default().data(frame.text.to_string());
        Some((Ok::<_, Infallible>(event), (web, frames, headers, permit)))
    });
    Ok(Answer::Response(Box::new(warp::sse::reply(events).into_response())))
}

/// A request without the handshake.
pub async fn no_upgrade(_web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    let detail = "open a WebSocket here, or take the event stream at /api/v1/stream";
    Err(Problem::new("upgrade-required", detail))
}
