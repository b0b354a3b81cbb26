//! The running front: a real socket, an image made by hand, and a world of one task.

use catalog::SettingId;
use display::{Display, Frame, Key, NetworkFacts, Press};
use host::{COMMANDS_MAX, CommandTicket};
use image::catalog;
use image::{Command, Identity, Image, Origin, Request, Timestamp};
use panel::{Ask, Control, ControlError, PRESSES_MAX, Panel, Picture, ask};
use port::Clock;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::sync::{mpsc, watch};

/// Time as the newest image says it.
struct ImageClock(watch::Receiver<Arc<Image>>);

impl Clock for ImageClock {
    fn now(&self) -> Timestamp {
        self.0.borrow().time
    }
}

struct Bench {
    socket: PathBuf,
    images: watch::Sender<Arc<Image>>,
    commands: mpsc::Receiver<CommandTicket>,
    presses: mpsc::Sender<Press>,
    glass: watch::Receiver<(Frame, bool)>,
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
    _network: watch::Sender<NetworkFacts>,
    _folder: tempfile::TempDir,
}

fn image() -> Image {
    Image::settling(Arc::new(Identity::default()), Timestamp::from_unix_s(1_800_000_000))
}

async fn bench() -> Bench {
    let folder = tempfile::tempdir().expect("a folder");
    let socket = folder.path().join("panel");
    let control = Control::bind(&socket).await.expect("a free path");
    let (images, watching) = watch::channel(Arc::new(image()));
    let (command_sender, commands) = mpsc::channel(COMMANDS_MAX);
    let (presses, press_receiver) = mpsc::channel(PRESSES_MAX);
    let (network_sender, network) = watch::channel(NetworkFacts::default());
    let (glass_sender, glass) = watch::channel((Frame::CLEAR, true));
    let (stop, stopped) = watch::channel(false);
    let panel = Panel {
        images: watching.clone(),
        commands: command_sender,
        presses: press_receiver,
        control: Some(control),
        asks: panel::asking(),
        network,
        clock: Arc::new(ImageClock(watching)),
        glass: glass_sender,
    };
    let task = tokio::spawn(panel.run(stopped));
    let _network = network_sender;
    Bench { socket, images, commands, presses, glass, stop, task, _network, _folder: folder }
}

impl Bench {
    async fn press(&self, key: &str) -> Picture {
        let press = Ask::Button { key: key.into(), long: false };
        ask(&self.socket, &press).await.expect("a picture")
    }

    async fn look(&self) -> Picture {
        ask(&self.socket, &Ask::Lcd { page: None }).await.expect("a picture")
    }
}

/// [D3] What is set by buttons reaches the world as one command, and its answer stands on the display.
#[tokio::test]
async fn a_setting_by_buttons_reaches_the_world() {
    let mut bench = bench().await;
    for key in ["enter", "enter", "enter", "enter", "up"] {
        bench.press(key).await;
    }
    let sent = bench.press("enter").await;
    let ticket = bench.commands.recv().await.expect("a command");
    let request = Request::Set(SettingId::Wiring, 1);
    assert_eq!(ticket.command, Command { origin: Origin::Local, request });
    assert!(bench.commands.try_recv().is_err());
    let mut expected = Display::new(&image(), NetworkFacts::default());
    for key in [Key::Enter, Key::Enter, Key::Enter, Key::Enter, Key::Up, Key::Enter] {
        expected.press(Press { key, long: false }, &image(), image().time);
    }
    assert_eq!(sent.view, "metering");
    assert_eq!(sent.frame(), Some(expected.draw(&image())), "it says that it is being done");
    ticket.ack.send(Ok(1)).expect("the answer is waited for");
    bench.glass.mark_unchanged();
    bench
        .glass
        .wait_for(|(frame, _)| *frame != sent.frame().expect("a picture"))
        .await
        .expect("on");
    expected.answer(&Ok(1), image().time);
    assert_eq!(bench.look().await.frame(), Some(expected.draw(&image())));
}

/// [D3] Real buttons are those of the command line.
#[tokio::test]
async fn a_real_button_does_what_that_of_the_socket_does() {
    let mut bench = bench().await;
    let menu = bench.press("enter").await;
    let home = bench.press("back").await;
    bench.presses.send(Press { key: Key::Enter, long: false }).await.expect("it runs");
    let frame = menu.frame().expect("a picture");
    bench.glass.wait_for(|(shown, _)| *shown == frame).await.expect("it runs");
    assert_ne!(home.frame(), menu.frame());
    assert_eq!(bench.look().await.view, "menu");
}

/// [D1, D4] A page that is only looked at changes nothing, and the light follows the image's time.
#[tokio::test]
async fn looking_changes_nothing() {
    let mut bench = bench().await;
    let asked = Ask::Lcd { page: Some("voltage-ll".into()) };
    assert_eq!(ask(&bench.socket, &asked).await.expect("a picture").view, "voltage-ll");
    assert_eq!(bench.look().await.view, "overview");
    let later = Image { time: image().time + 120.0, ..image() };
    bench.images.send(Arc::new(later)).expect("it runs");
    bench.glass.wait_for(|(_, lit)| !lit).await.expect("it runs");
    assert!(!bench.look().await.lit);
}

/// A question that is none is answered with what is wrong, and the front goes on.
#[tokio::test]
async fn nonsense_is_answered_and_survived() {
    let bench = bench().await;
    for (question, word) in [
        (Ask::Lcd { page: Some("nowhere".into()) }, "nowhere"),
        (Ask::Button { key: "left".into(), long: false }, "left"),
    ] {
        match ask(&bench.socket, &question).await {
            Err(ControlError::Refused(sentence)) => assert!(sentence.contains(word), "{sentence}"),
            other => panic!("{other:?}"),
        }
    }
    let mut stream = UnixStream::connect(&bench.socket).await.expect("it listens");
    stream.write_all(b"{\"lcd\":\n").await.expect("it reads");
    let mut answer = vec![0; 9];
    stream.read_exact(&mut answer).await.expect("it answers");
    assert_eq!(answer, b"{\"error\":");
    let mut flood = UnixStream::connect(&bench.socket).await.expect("it listens");
    let line = vec![b'x'; usize::try_from(panel::LINE_MAX).expect("small") + 1];
    // It may be let go before all is written.
    let _broken = flood.write_all(&line).await;
    let mut rest = Vec::new();
    let _reset = flood.read_to_end(&mut rest).await;
    assert!(rest.is_empty(), "an endless line is no question");
    assert_eq!(bench.look().await.view, "overview");
}

/// Only the owner may press, a second meter is refused, and the file goes with the meter.
#[tokio::test]
async fn the_socket_is_its_owners_and_goes_with_it() {
    let bench = bench().await;
    let mode = std::fs::metadata(&bench.socket).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let second = Control::bind(&bench.socket).await;
    assert!(matches!(second, Err(ControlError::InUse(_))), "{second:?}");
    bench.stop.send(true).expect("it runs");
    bench.task.await.expect("it ends");
    assert!(!bench.socket.exists());
    let gone = ask(&bench.socket, &Ask::Lcd { page: None }).await;
    assert!(matches!(gone, Err(ControlError::Connect { .. })), "{gone:?}");
    // What a killed run left gives way.
    drop(std::os::unix::net::UnixListener::bind(&bench.socket).expect("a free path"));
    assert!(bench.socket.exists());
    Control::bind(&bench.socket).await.expect("nobody listens there");
}
