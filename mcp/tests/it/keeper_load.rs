//! What a keeper starts with (PROTOCOL.md section 7, "Load"; section 6, "Read").

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use waiaas_mcp::guidance::WaitingStatus;
use waiaas_mcp::session_manager::KeeperState;
use waiaas_protocol::ids::AgentId;
use waiaas_protocol::token::SessionToken;
use waiaas_protocol::token_file::{self, agent_path};

use crate::keeper::{DUE_S, JITTER_S_MAX, Keeper, Setup};
use crate::token::{START_S, UNIT_S, agent_id, first_token, token, token_with};

fn environment(token: &SessionToken) -> Option<String> {
    Some(token.expose().to_owned())
}

async fn refused(prepare: impl FnOnce(&Keeper)) -> (Keeper, String) {
    let keeper = Keeper::prepare(Setup::default()).await;
    prepare(&keeper);
    keeper.start().await;
    assert_eq!(keeper.state(), KeeperState::Error);
    assert!(keeper.manager.get_token().is_none());
    let problem = keeper.manager.view().problem.unwrap();
    (keeper, problem)
}

#[tokio::test]
async fn t_01_the_environment_token_alone_is_loaded_and_its_renewal_scheduled() {
    let keeper = Keeper::with(Setup {
        in_file: None,
        in_environment: environment(&first_token()),
        ..Setup::default()
    })
    .await;
    assert_eq!(keeper.held().hash(), first_token().hash());
    let view = keeper.manager.view();
    let next = view.next_renewal_at.unwrap().unix_s() - START_S;
    assert_eq!(next.unsigned_abs(), DUE_S);
    assert!(
        keeper.in_file().is_none(),
        "nothing is written before there is something new"
    );

    keeper.pass_quietly_s(DUE_S).await;
    assert_eq!(keeper.renewals(), 1);
    assert_eq!(keeper.in_file().unwrap().hash(), keeper.held().hash());
    assert_eq!(keeper.manager.view().generation, Some(1));
}

#[tokio::test]
async fn t_02_the_file_wins_over_the_environment() {
    let keeper = Keeper::with(Setup {
        in_file: Some(token(2, 0, START_S)),
        in_environment: environment(&first_token()),
        ..Setup::default()
    })
    .await;
    assert_eq!(keeper.held().hash(), token(2, 0, START_S).hash());
}

#[tokio::test]
async fn t_02_a_file_that_is_refused_is_not_stepped_around() {
    let keeper = Keeper::prepare(Setup {
        in_environment: environment(&token(2, 0, START_S)),
        ..Setup::default()
    })
    .await;
    fs::set_permissions(keeper.path(), fs::Permissions::from_mode(0o644)).unwrap();
    keeper.start().await;
    assert_eq!(keeper.state(), KeeperState::Error);
}

#[tokio::test]
async fn without_any_token_it_starts_and_guides() {
    let keeper = Keeper::with(Setup {
        in_file: None,
        ..Setup::default()
    })
    .await;
    assert_eq!(keeper.state(), KeeperState::Error);
    let guidance = keeper.manager.guidance();
    assert_eq!(guidance.status, WaitingStatus::SessionExpired);
    assert!(guidance.hint.contains("/newsession"), "{}", guidance.hint);
}

#[tokio::test]
async fn a_token_that_is_over_is_expired() {
    let keeper = Keeper::with(Setup {
        in_file: Some(token(1, 0, START_S - UNIT_S)),
        ..Setup::default()
    })
    .await;
    assert_eq!(keeper.state(), KeeperState::Expired);
    assert!(keeper.manager.get_token().is_none());
    assert_eq!(
        keeper.renewals(),
        0,
        "a renewal past the end would be refused"
    );
}

#[tokio::test]
async fn an_end_that_no_session_has_is_refused() {
    const YEAR_S: i64 = 366 * 86_400;
    for (ends_at_s, state) in [
        (START_S + YEAR_S - 60, KeeperState::Active),
        (START_S + YEAR_S + 60, KeeperState::Error),
        (START_S - 10 * YEAR_S + 60, KeeperState::Expired),
        (START_S - 10 * YEAR_S - 60, KeeperState::Error),
    ] {
        let keeper = Keeper::with(Setup {
            in_file: Some(token_with(1, 0, ends_at_s - UNIT_S, ends_at_s)),
            ..Setup::default()
        })
        .await;
        assert_eq!(keeper.state(), state, "{}", ends_at_s - START_S);
    }
}

#[tokio::test]
async fn s_01_a_file_with_mode_0644_is_refused_with_the_mend() {
    let (keeper, problem) = refused(|keeper| {
        fs::set_permissions(keeper.path(), fs::Permissions::from_mode(0o644)).unwrap();
    })
    .await;
    assert!(
        problem.contains("0644") && problem.contains("chmod 600"),
        "{problem}"
    );
    assert!(keeper.manager.guidance().message.contains("chmod 600"));

    fs::set_permissions(keeper.path(), fs::Permissions::from_mode(0o600)).unwrap();
    assert!(
        keeper.manager.token_for_call().await.is_some(),
        "mended without a restart"
    );
}

#[tokio::test]
async fn s_02_what_is_no_token_is_refused() {
    let whole = first_token().expose().to_owned();
    for text in ["hello", "eyJhbGciOi.J9.x", &whole[..whole.len() / 2]] {
        let (_, problem) = refused(|keeper| fs::write(keeper.path(), text).unwrap()).await;
        assert!(!problem.contains(&whole[12..40]), "{problem}");
    }
}

#[tokio::test]
async fn s_04_a_symbolic_link_is_refused_on_read_and_on_write() {
    let (keeper, problem) = refused(|keeper| {
        let elsewhere = keeper.dir().join("elsewhere");
        fs::rename(keeper.path(), &elsewhere).unwrap();
        symlink(&elsewhere, keeper.path()).unwrap();
    })
    .await;
    assert!(problem.contains("symbolic link"), "{problem}");
    drop(keeper);

    let keeper = Keeper::new().await;
    let elsewhere = keeper.dir().join("elsewhere");
    fs::rename(keeper.path(), &elsewhere).unwrap();
    symlink(&elsewhere, keeper.path()).unwrap();
    keeper.pass_quietly_s(DUE_S + JITTER_S_MAX).await;
    assert_eq!(
        keeper.renewals(),
        0,
        "nothing is sent that could not be kept"
    );
    assert_eq!(
        keeper.state(),
        KeeperState::Active,
        "the old token serves on"
    );
    let before = token_file::read(&elsewhere).unwrap().unwrap();
    assert_eq!(before.hash(), first_token().hash());
}

#[tokio::test]
async fn another_agents_token_is_refused() {
    let other = AgentId::from_parts(1_770_000_000_000, &[0xB; 10]);
    let keeper = Keeper::with(Setup {
        agent: Some(other),
        ..Setup::default()
    })
    .await;
    assert_eq!(
        keeper.state(),
        KeeperState::Error,
        "the shared file is the other agent's"
    );

    let keeper = Keeper::with(Setup {
        in_environment: environment(&first_token()),
        in_file: None,
        agent: Some(other),
        ..Setup::default()
    })
    .await;
    let problem = keeper.manager.view().problem.unwrap();
    assert!(problem.contains(&agent_id().to_string()), "{problem}");
}

#[tokio::test]
async fn an_agents_own_file_comes_before_the_shared_one() {
    let keeper = Keeper::prepare(Setup {
        agent: Some(agent_id()),
        ..Setup::default()
    })
    .await;
    let own = token(2, 0, START_S);
    token_file::write(&agent_path(&keeper.dir(), agent_id()), &own).unwrap();
    keeper.start().await;
    assert_eq!(keeper.held().hash(), own.hash());
}

#[tokio::test]
async fn a_clock_that_is_wrong_by_years_is_corrected_by_the_daemons() {
    let keeper = Keeper::prepare(Setup::default()).await;
    keeper.daemon_renews();
    let health = serde_json::json!({
        "status": "ok", "version": "0.1.0", "database": true, "telegram": "ok",
        "serverTime": waiaas_protocol::time::Timestamp(START_S),
    });
    keeper.daemon.answer(
        crate::daemon::Route::Health,
        crate::daemon::Answer::ok(&health),
    );
    keeper.clock.jump_s(3 * 366 * 86_400);
    keeper.start().await;
    assert_eq!(keeper.state(), KeeperState::Active);
    let next = keeper.manager.view().next_renewal_at.unwrap();
    assert_eq!(next.unix_s() - START_S, i64::try_from(DUE_S).unwrap());
}
