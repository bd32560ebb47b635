//! What must hold whatever dies and whenever (PROTOCOL.md section 5, last paragraph), as a
//! property over random histories of creating, renewing, losing answers, stealing, revoking,
//! rotating keys, restarting and waiting.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::harness::{Answer, Issued, Setup, TestApp, issued};

const UNIT_S: i64 = 3_600;

#[derive(Debug, Clone)]
enum Step {
    Create,
    /// The answer reaches the client, or is lost on the way.
    Renew {
        of: usize,
        lost: bool,
    },
    /// Somebody with an older copy of a token tries it with a key of their own.
    Steal {
        of: usize,
        generation: usize,
    },
    Revoke {
        of: usize,
    },
    RotateKeys,
    Restart,
    Wait {
        seconds: i64,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let of = 0..4_usize;
    let step = prop_oneof![
        2 => Just(Step::Create),
        8 => (of.clone(), any::<bool>()).prop_map(|(of, lost)| Step::Renew { of, lost }),
        3 => (of.clone(), 0..6_usize).prop_map(|(of, generation)| Step::Steal { of, generation }),
        1 => of.prop_map(|of| Step::Revoke { of }),
        1 => Just(Step::RotateKeys),
        1 => Just(Step::Restart),
        8 => prop_oneof![Just(1), Just(59), Just(61), Just(UNIT_S / 2), Just(UNIT_S - 1), 1..UNIT_S]
            .prop_map(|seconds| Step::Wait { seconds }),
    ];
    prop::collection::vec(step, 1..40)
}

/// A session as the world knows it.
struct Known {
    id: String,
    /// Every token that ever left the daemon, oldest first.
    tokens: Vec<String>,
    /// What the client has saved: the place of its token in `tokens`, and its pending key.
    saved: usize,
    pending: Option<String>,
    /// When the newest token ends.
    expires_at: i64,
    revoked: bool,
}

struct World {
    app: TestApp,
    sessions: Vec<Known>,
    keys: u32,
}

impl World {
    async fn step(mut self, step: &Step) -> Self {
        match *step {
            Step::Create => self.create().await,
            Step::Renew { of, lost } => self.renew(of, lost).await,
            Step::Steal { of, generation } => self.steal(of, generation).await,
            Step::Revoke { of } => self.revoke(of).await,
            Step::RotateKeys => {
                self.app
                    .admin("POST", "/v1/keys/rotate", Value::Null)
                    .await
                    .ok();
            }
            Step::Restart => self.app = self.app.restart(|_| {}).await,
            Step::Wait { seconds } => self.app.advance(seconds),
        }
        self.check().await;
        self
    }

    fn now(&self) -> i64 {
        self.app.core.clock.now_s()
    }

    fn new_key(&mut self) -> String {
        self.keys += 1;
        format!("renewal-key-{:08}", self.keys)
    }

    async fn create(&mut self) {
        if self.sessions.len() == 4 {
            return;
        }
        let constraints = json!({ "expiresIn": UNIT_S, "maxRenewals": 6 });
        let body = json!({ "agentId": "trader", "constraints": constraints });
        let answer = self.app.admin("POST", "/v1/sessions", body).await;
        let made = issued(&answer.created());
        self.sessions.push(Known {
            id: made.id,
            tokens: vec![made.token],
            saved: 0,
            pending: None,
            expires_at: self.now() + UNIT_S,
            revoked: false,
        });
    }

    /// The client's protocol: a pending key is used again until its answer has been saved.
    async fn renew(&mut self, of: usize, lost: bool) {
        let fresh = self.new_key();
        let now = self.now();
        let Some(known) = self.sessions.get_mut(of) else {
            return;
        };
        let key = known.pending.get_or_insert(fresh).clone();
        let behind = known.saved + 1 < known.tokens.len();
        let presented = Issued {
            id: known.id.clone(),
            token: known.tokens[known.saved].clone(),
        };
        let answer = self.app.renew(&presented, Some(&key)).await;
        if behind && !known.revoked && now < known.expires_at {
            // An answer was lost before: now it must come again, the same.
            assert_eq!(answer.outcome(), "200", "stranded: {}", answer.text);
            assert_eq!(answer.header("idempotent-replayed"), Some("true"));
        }
        if answer.status == 200 {
            known.take(&answer, behind, now);
            if !lost {
                known.saved = known.tokens.len() - 1;
                known.pending = None;
            }
        } else if !behind {
            // Nothing was rotated under this key, so it may be thrown away.
            known.pending = None;
        }
    }

    async fn steal(&mut self, of: usize, generation: usize) {
        let key = self.new_key();
        let now = self.now();
        let Some(known) = self.sessions.get(of) else {
            return;
        };
        let newest = known.tokens.len() - 1;
        if generation >= newest {
            return;
        }
        let copy = Issued {
            id: known.id.clone(),
            token: known.tokens[generation].clone(),
        };
        let answer = self.app.renew(&copy, Some(&key)).await;
        assert!(
            answer.status >= 400,
            "a copied token was renewed at {now}: {}",
            answer.text
        );
        self.app
            .whoami(&copy.token)
            .await
            .refused(&answer_of_old(&answer));
    }

    async fn revoke(&mut self, of: usize) {
        let Some(known) = self.sessions.get_mut(of) else {
            return;
        };
        let path = format!("/v1/sessions/{}/revoke", known.id);
        self.app.admin("POST", &path, Value::Null).await.ok();
        known.revoked = true;
    }

    /// At most one token of a session opens anything, and it is the newest; one renewal is
    /// counted once; a revocation is never undone.
    async fn check(&self) {
        let now = self.now();
        for known in &self.sessions {
            let newest = known.tokens.len() - 1;
            for (generation, token) in known.tokens.iter().enumerate() {
                let opens = self.app.whoami(token).await.status == 200;
                let live = generation == newest && !known.revoked && now < known.expires_at;
                assert_eq!(opens, live, "generation {generation} of {newest}");
            }
            let held = Issued {
                id: known.id.clone(),
                token: String::new(),
            };
            assert_eq!(
                self.app.renewal_count(&held),
                i64::try_from(newest).unwrap()
            );
        }
    }
}

/// What any other request with the same old token must answer.
fn answer_of_old(renewal: &Answer) -> String {
    match renewal.outcome().as_str() {
        "RENEWAL_CONFLICT" => "AUTH_TOKEN_INVALID".to_owned(),
        other => other.to_owned(),
    }
}

impl Known {
    fn take(&mut self, answer: &Answer, behind: bool, now: i64) {
        let token = issued(&answer.ok()).token;
        if behind {
            assert_eq!(Some(&token), self.tokens.last());
        } else {
            assert!(!self.tokens.contains(&token));
            assert_eq!(answer.header("idempotent-replayed"), None);
            self.tokens.push(token);
            self.expires_at = now + UNIT_S;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_session_has_one_live_lineage(seed in any::<u64>(), steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let app = TestApp::with(Setup { seed: seed >> 1, ..Setup::default() }).await;
            let app = app.with_agent("trader").await;
            let mut world = World { app, sessions: Vec::new(), keys: 0 };
            world.create().await;
            for step in &steps {
                world = world.step(step).await;
            }
            let chain = world.app.admin("GET", "/v1/audit/verify", Value::Null).await.ok();
            assert_eq!(chain["intact"], true, "{chain}");
        });
    }
}
