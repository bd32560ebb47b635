//! What is made of an entry, by everything that can be wrong with it.

use super::*;
use crate::cli;
use crate::doctor::Severity;

fn entry(carries_token: bool) -> Standing {
    Standing {
        name: "waiaas".to_owned(),
        command: "/opt/waiaas".to_owned(),
        data_dir: None,
        agent: Some("-x".to_owned()),
        base_url: None,
        carries_token,
    }
}

fn seen(entry: &Standing) -> Seen<'_> {
    Seen {
        client: Client::ClaudeCode,
        file: Path::new("/home/kim/.claude.json"),
        entry,
        program: Program::Runs,
        serves: Serves::ThisOne,
        whom: Whom::Served,
        address: Address::Usable,
    }
}

fn judged(seen: &Seen<'_>) -> Vec<(Severity, String)> {
    let mut findings = Findings::of(Check::Clients);
    judge(&cli::texts_in_english(), "waiaas", seen, &mut findings);
    findings
        .into_iter()
        .map(|one| (one.severity, one.mend.unwrap_or_default()))
        .collect()
}

fn severities(seen: &Seen<'_>) -> Vec<Severity> {
    let judged = judged(seen).into_iter();
    judged.map(|(severity, _)| severity).collect()
}

#[test]
fn an_entry_is_judged_by_what_it_would_start() {
    use Severity::{Note, Ok, Serious, Warning};
    let another = |exists| Serves::Another {
        dir: "/other".to_owned(),
        exists,
    };
    let this = || Serves::ThisOne;
    for (program, serves, carries_token, expected) in [
        (Program::Runs, this(), false, vec![Ok]),
        (Program::Runs, this(), true, vec![Serious]),
        (Program::Runs, Serves::TheDefault, false, vec![Warning]),
        (Program::Missing, this(), false, vec![Serious]),
        (Program::NotExecutable, this(), false, vec![Serious]),
        (Program::NotAFile, this(), false, vec![Serious]),
        (Program::Closed, this(), false, vec![Serious]),
        (Program::LookedUp, this(), false, vec![Note]),
        (Program::Runs, another(true), false, vec![Note]),
        (Program::Missing, another(true), false, vec![Warning]),
        (Program::Runs, another(false), false, vec![Warning]),
        (Program::Runs, another(true), true, vec![Serious, Note]),
    ] {
        let entry = entry(carries_token);
        let found = severities(&Seen {
            program,
            serves: serves.clone(),
            ..seen(&entry)
        });
        assert_eq!(found, expected, "{program:?} {serves:?} {carries_token}");
    }
}

#[test]
fn an_entry_is_judged_by_whom_it_serves_and_where_it_looks() {
    use Severity::{Serious, Warning};
    let entry = entry(false);
    for (whom, expected) in [
        (Whom::NotAnId, Serious),
        (Whom::Unknown, Serious),
        (Whom::Terminated, Serious),
        (Whom::NoToken, Warning),
    ] {
        let seen = Seen {
            whom,
            ..seen(&entry)
        };
        assert_eq!(severities(&seen), [expected], "{whom:?}");
    }
    let listen = "127.0.0.1:3100".parse().expect("an address");
    let reason = "it is no address".to_owned();
    for (address, expected) in [
        (Address::Refused { reason }, Serious),
        (Address::Misses { listen }, Warning),
    ] {
        let seen = Seen {
            address: address.clone(),
            ..seen(&entry)
        };
        assert_eq!(severities(&seen), [expected], "{address:?}");
    }
}

#[test]
fn only_a_file_is_made_executable_and_no_agent_is_taken_for_a_flag() {
    let entry = entry(false);
    let again = "waiaas mcp setup --agent=-x --client claude-code --name waiaas --write";
    for (program, mend) in [
        (Program::NotExecutable, "chmod +x /opt/waiaas"),
        (Program::NotAFile, again),
        (Program::Closed, again),
        (Program::Missing, again),
    ] {
        let seen = Seen {
            program,
            ..seen(&entry)
        };
        assert_eq!(judged(&seen)[0].1, mend, "{program:?}");
    }
}
