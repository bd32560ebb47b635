//! `waiaas session wallet`, and what the removal of a wallet does to sessions (PROTOCOL.md
//! section 9).

use super::home::{EVM_OTHER, EVM_THIRD, Home, Transcript};

#[test]
fn a_session_s_wallets() {
    for form in ["table", "json"] {
        let (home, _daemon) = Home::with_trader();
        home.add_wallet("spare", EVM_OTHER);
        home.add_wallet("gone", EVM_OTHER);
        home.ok(&["wallet", "remove", "gone"]);
        home.add_wallet("third", EVM_THIRD);
        let (id, _) = home.create_session(&[]);
        let mut transcript = Transcript::new(&home, form);
        for arguments in [
            &["remove", &id, "hot"][..],
            &["add", &id, "hot"],
            &["add", &id, "gone"],
            &["add", &id, "spar"],
            &["remove", &id, "spare"],
            &["default", &id, "spare"],
            &["add", &id, "spare"],
            &["remove", &id, "hot"],
            &["default", &id, "spare"],
            &["remove", &id, "hot"],
            &["add", &id, "third", "--default"],
            &["add", "nonsense", "hot"],
        ] {
            transcript.run(&[&["session", "wallet"], arguments].concat());
        }
        home.ok(&["session", "revoke", &id]);
        transcript.run(&["session", "wallet", "default", &id, "spare"]);
        transcript.matches("session_wallet");
    }
}

#[test]
fn removing_a_wallet_moves_the_default_and_ends_sessions_without_another() {
    let (home, daemon) = Home::with_trader();
    home.add_wallet("spare", EVM_OTHER);
    let (both, both_token) = home.create_session(&["--wallet", "hot", "--wallet", "spare"]);
    let (one, one_token) = home.create_session(&["--wallet", "hot"]);
    home.ok(&["wallet", "remove", "hot"]);
    assert_eq!(daemon.who_am_i(&both_token), 200);
    assert_eq!(daemon.who_am_i(&one_token), 401);
    let left = &home.json(&["session", "show", &both])["wallets"];
    assert_eq!(left.as_array().unwrap().len(), 1);
    assert_eq!(
        (&left[0]["name"], &left[0]["isDefault"]),
        (&"spare".into(), &true.into())
    );
    assert_eq!(
        home.json(&["session", "show", &one])["revokeReason"],
        "wallet_terminated"
    );
}
