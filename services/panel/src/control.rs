//! The socket through which one looks at the display and presses its buttons: a line of JSON each way.
//!
//! Who may open the socket's file may press the buttons, as who stands before the box may; the file is
//! its owner's alone, and the code of the settings is asked for here as there.

use crate::picture::Picture;
use serde::{Deserialize, Serialize};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot};

/// Clients at a time: a person or two with scripts.
pub const CONNECTIONS_MAX: usize = 4;

/// Bytes of a line: a picture is 4 kB.
pub const LINE_MAX: u64 = 8192;

/// After so long without a line a client is let go, and an answer is no longer waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Only the owner reads and writes.
const MODE: u32 = 0o600;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Ask {
    /// The picture: of what stands there, or of the view of this name, which is only looked at.
    Lcd {
        /// Name of a view.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        page: Option<String>,
    },
    /// A press, and the picture after it.
    Button {
        /// `up`, `down`, `back` or `enter`.
        key: String,
        /// Whether it is held.
        #[serde(default)]
        long: bool,
    },
}

/// What is answered.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Picture(Picture),
    Error(String),
}

/// Why a socket cannot be made or did not answer.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// A meter listens there.
    #[error("a meter already listens at {}; choose another socket", .0.display())]
    InUse(PathBuf),
    /// The file cannot be made.
    #[error("cannot make the socket {}: {source}; its folder must exist and be writable", .path.display())]
    Bind {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Nobody listens.
    #[error("no meter listens at {}: {source}; give the socket of a running one", .path.display())]
    Connect {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The line broke off.
    #[error("the meter ended the connection: {0}; try again")]
    Broken(#[from] std::io::Error),
    /// No answer in time.
    #[error("the meter did not answer in {} s; look whether it still runs", PATIENCE.as_secs())]
    TimeOut,
    /// The answer is no answer.
    #[error("the meter answered what is no picture: {0}; is it of another version?")]
    NoPicture(String),
    /// The meter says why not.
    #[error("{0}")]
    Refused(String),
}

/// A question with the place for its answer.
type Asked = (Ask, oneshot::Sender<Result<Picture, String>>);

/// Where one looks at the display and presses its buttons from within the program; clones ask the same display.
#[derive(Debug, Clone)]
pub struct Asking(mpsc::Sender<Asked>);

/// What comes in there.
#[derive(Debug)]
pub struct Asks(mpsc::Receiver<Asked>);

/// The two ends.
pub fn asking() -> (Asking, Asks) {
    let (sender, receiver) = mpsc::channel(CONNECTIONS_MAX);
    (Asking(sender), Asks(receiver))
}

impl Asking {
    /// The picture: of what stands there, or after a press.
    ///
    /// # Errors
    /// A sentence: the question makes no sense, or the meter stops.
    pub async fn ask(&self, ask: Ask) -> Result<Picture, String> {
        let stopping = || "the meter stops".to_string();
        let (sender, receiver) = oneshot::channel();
        self.0.send((ask, sender)).await.map_err(|_| stopping())?;
        let answered = tokio::time::timeout(PATIENCE, receiver).await;
        answered.map_err(|_| stopping())?.map_err(|_| stopping())?
    }
}

impl Asks {
    /// The next one; none if nobody is left to ask.
    pub(crate) async fn next(&mut self) -> Option<Asked> {
        self.0.recv().await
    }
}

/// A socket that is listened at. Its file goes when it goes.
#[derive(Debug)]
pub struct Control {
    listener: UnixListener,
    path: PathBuf,
}

impl Control {
    /// Listens; what an earlier run left at the path gives way.
    pub async fn bind(path: &Path) -> Result<Control, ControlError> {
        if UnixStream::connect(path).await.is_ok() {
            return Err(ControlError::InUse(path.into()));
        }
        let failed = |source| ControlError::Bind { path: path.into(), source };
        // Under another name until its mode is set, so that nobody connects before.
        let draft = path.with_extension("new");
        if let Err(error) = std::fs::remove_file(&draft)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            return Err(failed(error));
        }
        let listener = UnixListener::bind(&draft).map_err(failed)?;
        std::fs::set_permissions(&draft, std::fs::Permissions::from_mode(MODE)).map_err(failed)?;
        std::fs::rename(&draft, path).map_err(failed)?;
        Ok(Control { listener, path: path.into() })
    }

    /// The next client.
    pub(crate) async fn accept(&self) -> std::io::Result<UnixStream> {
        Ok(self.listener.accept().await?.0)
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        // What cannot be removed gives way to the next run.
        let _left_behind = std::fs::remove_file(&self.path);
    }
}

/// Answers a client's lines until it goes, is silent for too long, or sends what is no line.
pub(crate) async fn converse(stream: UnixStream, asking: Asking) {
    let mut stream = BufReader::new(stream);
    loop {
        let Ok(Ok(Some(line))) = tokio::time::timeout(PATIENCE, read_line(&mut stream)).await
        else {
            return;
        };
        let answer = match answer(&line, &asking).await {
            Ok(picture) => Answer::Picture(picture),
            Err(sentence) => Answer::Error(sentence),
        };
        let mut text = serde_json::to_vec(&answer).expect("strings and flags are always JSON");
        text.push(b'\n');
        let sent = tokio::time::timeout(PATIENCE, stream.get_mut().write_all(&text)).await;
        if !matches!(sent, Ok(Ok(()))) {
            return;
        }
    }
}

async fn answer(line: &str, asking: &Asking) -> Result<Picture, String> {
    let ask: Ask = serde_json::from_str(line)
        .map_err(|error| format!("{error}; ask such as {{\"lcd\":{{}}}}"))?;
    asking.ask(ask).await
}

/// A line without its end; none at the end of the stream, and an error for one that is too long.
async fn read_line(stream: &mut BufReader<UnixStream>) -> std::io::Result<Option<String>> {
    let mut line = String::new();
    let count = stream.take(LINE_MAX).read_line(&mut line).await?;
    if count > 0 && !line.ends_with('\n') {
        return Err(std::io::Error::other("a line that does not end"));
    }
    Ok((count > 0).then(|| line.trim_end().to_string()))
}

/// Asks the meter that listens at a socket.
pub async fn ask(path: &Path, ask: &Ask) -> Result<Picture, ControlError> {
    let connect = |source| ControlError::Connect { path: path.into(), source };
    let stream = UnixStream::connect(path).await.map_err(connect)?;
    let mut stream = BufReader::new(stream);
    let mut text = serde_json::to_vec(ask).expect("strings and flags are always JSON");
    text.push(b'\n');
    stream.get_mut().write_all(&text).await?;
    let line = tokio::time::timeout(PATIENCE, read_line(&mut stream));
    let line = line.await.map_err(|_| ControlError::TimeOut)??.unwrap_or_default();
    match serde_json::from_str(&line).map_err(|error| ControlError::NoPicture(error.to_string()))? {
        Answer::Picture(picture) => Ok(picture),
        Answer::Error(sentence) => Err(ControlError::Refused(sentence)),
    }
}
