//! Configurations before and after, for people to read; and what must hold for any.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::mcp_clients::AgentRef;
use crate::mcp_clients::json_edit::get;

const ID: &str = "01900000-0000-7000-8000-000000000000";
const OTHER_ID: &str = "01900000-0000-7000-8000-000000000001";

fn server_named(name: &str) -> Server {
    let agent = AgentRef {
        id: ID.parse().expect("an id"),
        name: "trader".to_owned(),
    };
    Server::new(name, agent, "/w".as_ref(), "/d".as_ref(), None).expect("paths are text")
}

fn server() -> Server {
    server_named("waiaas")
}

fn merge(text: &str, client: Client) -> Option<String> {
    merged(text, client, &server()).unwrap_or_else(|refused| panic!("{text}\n{refused:?}"))
}

/// Whether `after` is `before` with at most a comma and one more piece put in.
fn only_added(before: &str, after: &str) -> bool {
    let same = |one: &[u8], other: &[u8]| {
        let pairs = one.iter().zip(other);
        pairs.take_while(|(one, other)| one == other).count()
    };
    let (before, after) = (before.as_bytes(), after.as_bytes());
    let kept = same(before, after);
    let (before, after) = (&before[kept..], &after[kept..]);
    if after.ends_with(before) {
        return true;
    }
    let Some(after) = after.strip_prefix(b",") else {
        return false;
    };
    // Where exactly the piece begins is not told apart from blanks that are alike.
    (0..=same(before, after)).any(|kept| after[kept..].ends_with(&before[kept..]))
}

fn visible(text: &str) -> String {
    text.replace('\u{feff}', "<BOM>").replace('\r', "<CR>")
}

const FRESH: [(&str, &str); 22] = [
    ("no file, or an empty one", ""),
    ("nothing but a line end", "\n"),
    ("nothing but a comment", "// mine"),
    ("a byte order mark alone", "\u{feff}"),
    ("an empty object", "{}"),
    ("an empty object and a line end", "{ }\n"),
    ("an empty object on two lines", "{\n}\n"),
    (
        "other keys",
        "{\n  \"globalShortcut\": \"\",\n  \"theme\": \"dark\"\n}\n",
    ),
    ("no servers yet", "{\n  \"SERVERS\": {}\n}\n"),
    (
        "no servers yet, on two lines",
        "{\n  \"SERVERS\": {\n  }\n}\n",
    ),
    (
        "another server",
        "{\n  \"SERVERS\": {\n    \"files\": {\n      \"command\": \"npx\",\n      \"args\": [\"-y\", \"files\"],\n      \"env\": { \"A\": \"b\" }\n    }\n  },\n  \"after\": [1, 2.50, 1e3]\n}\n",
    ),
    (
        "four spaces, no line end",
        "{\n    \"SERVERS\": {\n        \"files\": {}\n    }\n}",
    ),
    ("tabs", "{\n\t\"SERVERS\": {\n\t\t\"files\": {}\n\t}\n}\n"),
    (
        "line ends of Windows and a byte order mark",
        "\u{feff}{\r\n  \"SERVERS\": {\r\n    \"files\": {}\r\n  }\r\n}\r\n",
    ),
    (
        "comments everywhere",
        "// top\n{\n  /* before */ \"SERVERS\": { // open\n    \"files\": {} // the files\n    // \"old\": {}\n  } /* after */\n} // end\n",
    ),
    (
        "a comment instead of servers",
        "{\n  \"SERVERS\": {\n    // servers go here\n  }\n}\n",
    ),
    (
        "trailing commas",
        "{\n  \"SERVERS\": {\n    \"files\": {}, // the files\n  },\n}\n",
    ),
    (
        "one line",
        "{\"theme\":\"dark\",\"SERVERS\":{\"files\":{\"command\":\"x\"}}}\n",
    ),
    (
        "one line without servers",
        "{\"theme\": \"dark\", \"SERVERS\": {}}",
    ),
    (
        "one line of servers in many",
        "{\n  \"SERVERS\": { \"files\": {} }\n}\n",
    ),
    (
        "a brace on the last line of a server",
        "{\n  \"SERVERS\": {\n    \"files\": {} }\n}\n",
    ),
    (
        "a key that stands twice",
        "{\n  \"SERVERS\": { \"first\": {} },\n  \"SERVERS\": {\n    \"last\": {}\n  }\n}\n",
    ),
];

#[test]
fn our_entry_goes_in_and_every_other_byte_stays() {
    for client in [
        Client::ClaudeDesktop,
        Client::ClaudeCode,
        Client::Cursor,
        Client::Vscode,
    ] {
        let mut shown = String::new();
        for (name, before) in FRESH {
            let before = before.replace("SERVERS", client.servers_key());
            let after = merge(&before, client).expect("a change");
            assert!(only_added(&before, &after), "{name}\n{before}\n{after}");
            let path = [client.servers_key(), "waiaas"];
            let entry = serde_json::to_value(server().entry(client)).expect("plain");
            assert_eq!(get(&after, &path), Ok(Some(entry)), "{name}\n{after}");
            assert_eq!(merge(&after, client), None, "again: {name}");
            let (before, after) = (visible(&before), visible(&after));
            shown.push_str(&format!("=== {name}\n{before}\n--- becomes\n{after}\n"));
        }
        insta::assert_snapshot!(client.code(), shown);
    }
}

#[test]
fn our_entry_is_brought_up_to_date_and_what_a_person_added_stays() {
    let ours = |rest: &str| {
        format!("{{\n  \"mcpServers\": {{\n    \"waiaas\": {rest},\n    \"z\": {{}}\n  }}\n}}\n")
    };
    let cases = [
        (
            "moved",
            ours(&format!(
                "{{\n      \"command\": \"/old/waiaas\",\n      \"args\": [\"mcp\", \"serve\", \"--agent\", \"{ID}\"]\n    }}"
            )),
        ),
        (
            "one line",
            ours(&format!(
                "{{\"command\":\"/old/waiaas\",\"args\":[\"mcp\",\"serve\",\"--agent={ID}\"]}}"
            )),
        ),
        (
            "by name, with more",
            ours(
                "{\n      // mine\n      \"disabled\": false,\n      \"args\": [\"mcp\", \"serve\", \"--agent\", \"trader\"],\n      \"command\": \"/w\", // here\n      \"env\": { \"RUST_LOG\": \"debug\" }\n    }",
            ),
        ),
        (
            "whoever",
            ours("{ \"command\": \"waiaas\", \"args\": [\"mcp\", \"serve\", \"--data-dir=/d\"] }"),
        ),
    ];
    let mut shown = String::new();
    for (name, before) in cases {
        for client in [Client::ClaudeDesktop, Client::ClaudeCode] {
            let after = merge(&before, client).expect("a change");
            let entry = get(&after, &["mcpServers", "waiaas"]);
            let entry = entry.expect("JSON").expect("an entry");
            let wanted = serde_json::to_value(server().entry(client)).expect("plain");
            for (field, value) in wanted.as_object().expect("an object") {
                assert_eq!(&entry[field], value, "{name}");
            }
            assert_eq!(merge(&after, client), None, "again: {name}");
            shown.push_str(&format!(
                "=== {name}, {}\n{before}--- becomes\n{after}\n",
                client.code()
            ));
        }
    }
    insta::assert_snapshot!("updated", shown);
}

#[test]
fn an_entry_that_says_the_same_in_another_layout_is_left_alone() {
    let args = format!(r#"["mcp", "serve", "--data-dir", "/d", "--agent", "{ID}"]"#);
    let entry = format!(r#"{{ "args": {args}, "command": "\/w", "env": {{}} }}"#);
    let text = format!(r#"{{"mcpServers": {{"waiaas": {entry}, "z": {{}}}}}}"#);
    assert_eq!(merge(&text, Client::ClaudeDesktop), None);
}

#[test]
fn an_entry_that_is_not_ours_is_left_alone() {
    let refused = |entry: Value| {
        let text = json!({ "mcpServers": { "waiaas": entry } }).to_string();
        merged(&text, Client::Cursor, &server())
    };
    let other = |agent: &str| {
        Err(Refused::OtherAgent {
            agent: agent.to_owned(),
        })
    };
    let args = |agent: &str| json!({ "command": "/w", "args": ["mcp", "serve", "--agent", agent] });
    assert_eq!(refused(args(OTHER_ID)), other(OTHER_ID));
    assert_eq!(refused(args("watcher")), other("watcher"));
    let joined = json!({ "command": "/x/waiaas", "args": ["--data-dir", "/d", "mcp", "serve", "--agent=watcher"] });
    assert_eq!(refused(joined), other("watcher"));
    for foreign in [
        json!({ "url": "https://example.org/mcp" }),
        json!({ "command": "npx", "args": ["-y", "waiaas"] }),
        json!({ "command": "claude", "args": ["mcp", "serve"] }),
        json!({ "command": "claude", "args": ["mcp", "serve", "--data-dir", "/d"] }),
        json!({ "command": "/x/w", "args": ["mcp", "serve", "--agent", ID] }),
        json!({ "args": ["mcp", "serve", "--agent", ID] }),
        json!({ "command": "/w", "args": ["mcp", "serve"] }),
        json!({ "command": "/w", "args": ["mcp", "serve", "--data-dir", "/x"] }),
        json!({ "command": "/w", "args": ["mcp", "serve", "--data-dir", "/x", "--agent", "trader"] }),
        json!({ "command": "/w", "args": ["mcp", "serve", "--data-dir=/x", "--agent", OTHER_ID] }),
        json!({ "command": "/w", "args": ["mcp", "status", "serve"] }),
        json!({ "command": "/w", "args": "mcp serve" }),
        json!(null),
        json!([]),
        json!("waiaas"),
    ] {
        assert_eq!(refused(foreign.clone()), Err(Refused::Foreign), "{foreign}");
    }
    // Another name has room beside it.
    let text = json!({ "mcpServers": { "waiaas": args(OTHER_ID) } }).to_string();
    let after = merged(&text, Client::Cursor, &server_named("waiaas-trader"));
    let after = after.expect("free").expect("a change");
    assert!(only_added(&text, &after), "{after}");
}

#[test]
fn the_entry_of_an_agent_that_is_no_more_is_replaced() {
    let args = ["mcp", "serve", "--data-dir", "/d", "--agent", OTHER_ID];
    let entry = json!({ "command": "/w", "args": args, "env": { "RUST_LOG": "debug" } });
    let text = json!({ "mcpServers": { "waiaas": entry } }).to_string();
    let successor = server().in_place_of(Some(OTHER_ID.to_owned()));
    let after = merged(&text, Client::Cursor, &successor).expect("room");
    let after = get(&after.expect("a change"), &["mcpServers", "waiaas"]);
    let after = after.expect("JSON").expect("an entry");
    assert_eq!(after["args"][5], ID);
    assert_eq!(after["env"]["RUST_LOG"], "debug");
    let another = server().in_place_of(Some("watcher".to_owned()));
    assert!(merged(&text, Client::Cursor, &another).is_err());
}

#[test]
fn what_a_person_added_to_the_arguments_stays_but_a_token_does_not() {
    let args = [
        "--output",
        "json",
        "mcp",
        "serve",
        "--agent",
        ID,
        "--data-dir=/d",
        "mcp",
        "--base-url",
        "http://127.0.0.1:1",
        "--token=wai_sess_a.b.c",
    ];
    let text = json!({ "mcpServers": { "waiaas": { "command": "/w", "args": args } } });
    let after = merge(&text.to_string(), Client::Cursor).expect("a change");
    let entry = get(&after, &["mcpServers", "waiaas"]).expect("JSON");
    let wanted = [
        "mcp",
        "serve",
        "--data-dir",
        "/d",
        "--agent",
        ID,
        "--output",
        "json",
        "mcp",
    ];
    assert_eq!(entry.expect("an entry")["args"], json!(wanted));
    assert_eq!(merge(&after, Client::Cursor), None);
}

#[test]
fn what_is_no_configuration_is_refused_with_its_place() {
    let syntax = |text: &str| match merged(text, Client::Cursor, &server()) {
        Err(Refused::Json(JsonError::Syntax { line, column, .. })) => (line, column),
        other => panic!("{text}: {other:?}"),
    };
    for (text, place) in [
        ("{", (1, 1)),
        ("{\n  \"mcpServers\": {\n    \"a\": tru\n  }\n}", (3, 10)),
        ("{\n  \"a\": 1\n  \"b\": 2\n}", (2, 9)),
        ("{\r\n  mcpServers: {}\r\n}", (2, 3)),
        ("\u{feff}{'a': 1}", (1, 2)),
        ("{} {}", (1, 4)),
        ("{\"a\": 0x10}", (1, 7)),
        ("{\"a\": .5}", (1, 7)),
        ("{\"a\": 1} /* open", (1, 10)),
        ("hello", (1, 1)),
    ] {
        assert_eq!(syntax(text), place, "{text}");
    }
    let shape = |text: &str| match merged(text, Client::Cursor, &server()) {
        Err(Refused::Json(JsonError::NotAnObject { key, line, column })) => (key, line, column),
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(shape("// list\n  []"), (None, 2, 3));
    assert_eq!(shape("null"), (None, 1, 1));
    for value in ["null", "[]", "7", "\"{}\"", "true"] {
        let text = format!("{{\n  \"한\": 1, \"mcpServers\": {value}\n}}");
        let key = Some("mcpServers".to_owned());
        assert_eq!(shape(&text), (key, 2, 25), "{text}");
    }
    let deep = "[".repeat(5000);
    assert!(matches!(
        merged(&deep, Client::Cursor, &server()),
        Err(Refused::Json(JsonError::Syntax { .. }))
    ));
}

/// Blanks and comments that may stand between any two tokens.
fn trivia() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => Just(String::new()),
        2 => Just(" ".to_owned()),
        1 => Just("\t".to_owned()),
        2 => Just("\n  ".to_owned()),
        1 => Just("\r\n".to_owned()),
        1 => Just("// , } note \"\n".to_owned()),
        1 => Just("/* , { \n */".to_owned()),
    ];
    prop::collection::vec(piece, 0..3).prop_map(|pieces| pieces.concat())
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just("mcpServers".to_owned()),
        1 => Just("a\\\"b".to_owned()),
        1 => Just("한".to_owned()),
        1 => "[a-z]{1,6}",
    ]
}

/// Documents with an object at the top whose `mcpServers` is mostly an object.
fn document() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("-1.50e2".to_owned()),
        Just("\"// no \\\" comment }\"".to_owned()),
    ];
    let value = leaf.prop_recursive(4, 24, 4, |inner| {
        let list = prop::collection::vec((trivia(), inner.clone()), 0..3);
        prop_oneof![
            3 => object(inner.clone()),
            1 => list.prop_map(|list| {
                let list: Vec<_> = list.into_iter().map(|(gap, value)| gap + &value).collect();
                format!("[{}]", list.join(","))
            }),
        ]
    });
    let mark = prop_oneof![3 => Just(""), 1 => Just("\u{feff}")];
    (mark, trivia(), object(value), trivia())
        .prop_map(|(mark, before, object, after)| format!("{mark}{before}{object}{after}"))
}

fn object(value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let property = (trivia(), key(), trivia(), trivia(), value, trivia());
    let properties = prop::collection::vec(property, 0..4);
    (properties, any::<bool>(), trivia()).prop_map(|(properties, comma, end)| {
        let properties: Vec<_> = properties
            .into_iter()
            .map(|(a, key, b, c, value, d)| format!("{a}\"{key}\"{b}:{c}{value}{d}"))
            .collect();
        let comma = if comma && !properties.is_empty() {
            ","
        } else {
            ""
        };
        format!("{{{}{comma}{end}}}", properties.join(","))
    })
}

proptest! {
    #[test]
    fn any_document_keeps_every_byte_and_every_value(before in document()) {
        let whole = |text: &str| {
            let text = text.trim_start_matches('\u{feff}');
            let options = jsonc_parser::ParseOptions::default();
            let parsed = jsonc_parser::parse_to_ast(text, &Default::default(), &options);
            Value::from(parsed.expect("JSON").value.expect("a value"))
        };
        match merged(&before, Client::Cursor, &server()) {
            Ok(Some(after)) => {
                prop_assert!(only_added(&before, &after), "{before}\n---\n{after}");
                let mut wanted = whole(&before);
                wanted["mcpServers"]["waiaas"] =
                    serde_json::to_value(server().entry(Client::Cursor)).expect("plain");
                prop_assert_eq!(whole(&after), wanted);
                prop_assert_eq!(merge(&after, Client::Cursor), None);
            }
            Ok(None) => prop_assert!(false, "{before}"),
            Err(Refused::Json(JsonError::NotAnObject { .. })) => {
                prop_assert!(!whole(&before)["mcpServers"].is_object());
            }
            Err(refused) => prop_assert!(false, "{before}\n{refused:?}"),
        }
    }
}
