//! [W5, W14] Users, sessions and tokens, as a service uses them.

use accounts::{Accounts, AccountsError, Login, Refused, Role, Scope, new_link};
use host::{MemoryShelf, Shelf};
use std::sync::Arc;

const PASSWORD: &str = "seven quiet rivers";
const NOW_S: i64 = 1_800_000_000;

fn accounts() -> (Arc<MemoryShelf>, Accounts) {
    let shelf = Arc::new(MemoryShelf::default());
    let accounts = Accounts::open(Arc::clone(&shelf) as Arc<dyn Shelf>).expect("an empty shelf");
    accounts.add_first("anna", PASSWORD, NOW_S).expect("the first");
    (shelf, accounts)
}

fn login<'a>(user: &'a str, password: &'a str) -> Login<'a> {
    Login { user, password, address: "192.0.2.7" }
}

#[test]
fn the_first_user_is_an_administrator_and_there_is_one_first_user() {
    let (_, accounts) = accounts();
    let users = accounts.users().expect("known");
    assert_eq!((users.len(), users[0].role), (1, Role::Administrator));
    let second = accounts.add_first("bert", PASSWORD, NOW_S);
    assert_eq!(second.unwrap_err(), AccountsError::SetUp);
}

#[test]
fn names_and_the_last_administrator_are_guarded() {
    let (_, accounts) = accounts();
    for name in ["", "Anna", "a b", "1a", "../x", "console", &"a".repeat(33)] {
        let added = accounts.add_user(name, PASSWORD, Role::Viewer, NOW_S);
        assert_eq!(added.unwrap_err(), AccountsError::Name, "{name}");
    }
    let last = AccountsError::LastAdministrator("anna".into());
    assert_eq!(accounts.remove_user("anna").unwrap_err(), last);
    assert_eq!(accounts.set_role("anna", Role::Operator).unwrap_err(), last);
    accounts.add_user("bert", PASSWORD, Role::Administrator, NOW_S).expect("a second one");
    accounts.remove_user("anna").expect("another one is there");
    assert_eq!(accounts.remove_user("anna").unwrap_err(), AccountsError::NoUser("anna".into()));
}

#[test]
fn a_session_is_new_at_each_login_and_ends() {
    let (_, accounts) = accounts();
    let first = accounts.log_in(login("anna", PASSWORD), NOW_S).expect("let in");
    let second = accounts.log_in(login("anna", PASSWORD), NOW_S).expect("let in");
    assert_ne!(first.secret, second.secret);
    assert_ne!(first.session.csrf, second.session.csrf);
    assert!(first.secret.len() >= 32, "128 bits in hexadecimal");
    let alive = |secret: &str, at_s: i64| accounts.session(secret, at_s).expect("known").is_some();
    assert!(alive(&first.secret, NOW_S + accounts::IDLE_S - 1));
    assert!(alive(&first.secret, NOW_S + 2 * accounts::IDLE_S - 2), "it was seen meanwhile");
    assert!(!alive(&second.secret, NOW_S + accounts::IDLE_S), "idle for too long");
    let mut at_s = NOW_S;
    while at_s < NOW_S + accounts::ABSOLUTE_S {
        alive(&first.secret, at_s);
        at_s += accounts::IDLE_S / 2;
    }
    assert!(!alive(&first.secret, at_s), "nobody stays for ever");
    assert!(!alive("0123", NOW_S) && !alive("", NOW_S));
}

#[test]
fn log_out_and_another_password_end_sessions() {
    let (shelf, accounts) = accounts();
    let start = || accounts.log_in(login("anna", PASSWORD), NOW_S).expect("let in").secret;
    let alive = |secret: &str| accounts.session(secret, NOW_S).expect("known").is_some();
    let (one, two) = (start(), start());
    accounts.end_session(&one);
    assert!(!alive(&one) && alive(&two));
    accounts.set_password("anna", "nine loud mountains").expect("taken");
    assert!(!alive(&two));
    let wrong = accounts.log_in(login("anna", PASSWORD), NOW_S);
    assert_eq!(wrong.unwrap_err(), Refused::Wrong);
    // Somebody at the console, in a process of his own.
    let three = accounts.log_in(login("anna", "nine loud mountains"), NOW_S).expect("in").secret;
    let console = Accounts::open(shelf).expect("the same shelf");
    console.set_password("anna", PASSWORD).expect("taken");
    assert!(!alive(&three), "also what another process has changed");
}

#[test]
fn a_role_that_changes_holds_at_once() {
    let (_, accounts) = accounts();
    accounts.add_user("bert", PASSWORD, Role::Operator, NOW_S).expect("taken");
    let secret = accounts.log_in(login("bert", PASSWORD), NOW_S).expect("let in").secret;
    accounts.set_role("bert", Role::Viewer).expect("taken");
    let (session, user) = accounts.session(&secret, NOW_S).expect("known").expect("alive");
    assert_eq!((session.role, user.expect("a user").role), (Role::Viewer, Role::Viewer));
    accounts.remove_user("bert").expect("gone");
    assert_eq!(accounts.session(&secret, NOW_S).expect("known"), None);
}

/// [W14] Guessing costs time, for names that nobody has as for others, and a restart does not help.
#[test]
fn guesses_are_throttled_also_after_a_restart() {
    let (shelf, accounts) = accounts();
    for name in ["anna", "nobody"] {
        for _ in 0..5 {
            let wrong = accounts.log_in(login(name, "a wrong password"), NOW_S);
            assert_eq!(wrong.unwrap_err(), Refused::Wrong, "{name}");
        }
        let refused = accounts.log_in(login(name, PASSWORD), NOW_S).unwrap_err();
        assert_eq!(refused, Refused::Wait(30), "{name}");
    }
    let again = Accounts::open(Arc::clone(&shelf) as Arc<dyn Shelf>).expect("the same shelf");
    let refused = again.log_in(login("anna", PASSWORD), NOW_S + 10).unwrap_err();
    assert_eq!(refused, Refused::Wait(20));
    assert_eq!(again.locked_until_s("anna", NOW_S).expect("known"), Some(NOW_S + 30));
    again.log_in(login("anna", PASSWORD), NOW_S + 30).expect("the wait is over");
}

#[test]
fn an_address_that_tries_many_names_waits_too() {
    let (_, accounts) = accounts();
    for n in 0..20 {
        let name = format!("guess{n}");
        assert_eq!(accounts.log_in(login(&name, "whatever"), NOW_S).unwrap_err(), Refused::Wrong);
    }
    let refused = accounts.log_in(login("anna", PASSWORD), NOW_S).unwrap_err();
    assert_eq!(refused, Refused::Wait(30));
    let elsewhere = Login { address: "192.0.2.8", ..login("anna", PASSWORD) };
    accounts.log_in(elsewhere, NOW_S).expect("somebody else is not held up");
}

#[test]
fn a_link_lets_in_once() {
    let (_, accounts) = accounts();
    let link = new_link();
    accounts.admit(&link, NOW_S).expect("kept");
    let started = accounts.follow_link(&link, "127.0.0.1", NOW_S).expect("let in");
    assert!(started.session.is_confirmed(NOW_S + 100_000), "there is no password to confirm");
    assert_eq!(accounts.follow_link(&link, "127.0.0.1", NOW_S).unwrap_err(), Refused::Wrong);
    let late = new_link();
    accounts.admit(&late, NOW_S).expect("kept");
    let followed = accounts.follow_link(&late, "127.0.0.1", NOW_S + 3600);
    assert_eq!(followed.unwrap_err(), Refused::Wrong, "it has ended");
}

#[test]
fn a_password_is_confirmed_for_some_minutes() {
    let (_, accounts) = accounts();
    let started = accounts.log_in(login("anna", PASSWORD), NOW_S).expect("let in");
    assert!(
        started.session.is_confirmed(NOW_S + 599) && !started.session.is_confirmed(NOW_S + 600)
    );
    accounts.confirm(&started.secret, login("anna", PASSWORD), NOW_S + 700).expect("right");
    let (session, _) = accounts.session(&started.secret, NOW_S + 700).expect("ok").expect("alive");
    assert!(session.is_confirmed(NOW_S + 800));
    let wrong = accounts.confirm(&started.secret, login("anna", "not hers at all"), NOW_S + 700);
    assert_eq!(wrong.unwrap_err(), Refused::Wrong);
}

#[test]
fn tokens_have_scopes_and_an_end_and_are_kept_without_their_secret() {
    let (shelf, accounts) = accounts();
    let scopes = [Scope::Metrics, Scope::Read, Scope::Read];
    let made = accounts.add_token("Grafana", &scopes, 30, NOW_S).expect("made");
    assert_eq!(made.token.scopes, [Scope::Read, Scope::Metrics]);
    let found = accounts.token(&made.secret, NOW_S).expect("known").expect("it holds");
    assert_eq!(found, made.token);
    assert_eq!(accounts.token(&made.secret, NOW_S + 30 * 86_400).expect("known"), None);
    assert_eq!(accounts.token("ems_0000", NOW_S).expect("known"), None);
    let text = shelf.read("accounts").expect("there").expect("there");
    let text = String::from_utf8(text).expect("JSON");
    assert!(!text.contains(&made.secret[4..]) && !text.contains(PASSWORD));
    accounts.remove_token(made.token.id).expect("gone");
    assert_eq!(accounts.token(&made.secret, NOW_S).expect("known"), None);
    for (name, scopes, days) in [
        ("", &[Scope::Read][..], 1),
        ("x", &[], 1),
        ("x", &[Scope::Read], 0),
        ("a\nb", &[Scope::Read], 1),
    ] {
        let refused = accounts.add_token(name, scopes, days, NOW_S);
        assert!(matches!(refused, Err(AccountsError::Token(_))), "{name:?} {days}");
    }
}

#[test]
fn a_document_that_makes_no_sense_lets_nobody_in_and_is_kept() {
    let shelf = Arc::new(MemoryShelf::default());
    shelf.update("accounts", &mut |_| Some(b"{\"users\": 7}".to_vec())).expect("written");
    let error = Accounts::open(Arc::clone(&shelf) as Arc<dyn Shelf>).err().expect("refused");
    assert!(error.to_string().contains("makes no sense"), "{error}");
    assert_eq!(shelf.read("accounts").expect("there").expect("there"), b"{\"users\": 7}");
}
