# Answers of the daemon: one message per error code, and a hint where there is a way to mend it.
# `<key>-hint` says what to do; `<key>-nearest` replaces it when a similar name is known.

error-auth-token-missing = No session token was sent.
error-auth-token-missing-hint = Send the header "Authorization: Bearer wai_sess_…".

error-auth-token-invalid = The session token is not valid.
error-auth-token-invalid-hint = It may have been replaced by a renewal or cut while copying. Read it again from the token file, or ask the owner for a new session.

error-auth-token-expired = The session token has expired.
error-auth-token-expired-hint = Renew before it expires, or ask the owner for a new session.

error-session-revoked = The session was revoked.
error-session-revoked-hint = Ask the owner for a new session.

error-session-not-found = There is no such session.
error-session-not-found-hint = `waiaas session list --state all` shows every session.

error-agent-not-found = There is no such agent.
error-agent-not-found-hint = `waiaas agent list` shows every agent.
error-agent-not-found-nearest = Did you mean "{ $nearest }"?

error-wallet-not-found = There is no such wallet here.
error-wallet-not-found-hint = `waiaas wallet list` shows every wallet, `waiaas session show` the ones linked to a session.
error-wallet-not-found-nearest = Did you mean "{ $nearest }"?

error-operator-not-found = Nobody with this id is paired.
error-operator-not-found-hint = `waiaas pair list` shows everyone who is paired.

error-channel-not-found = There is no channel "{ $channel }".
error-channel-not-found-hint =
    { $count ->
        [0] Known are telegram, discord and ntfy; none of them is configured.
       *[other] Known are telegram, discord and ntfy; configured: { $configured }.
    }
error-channel-not-found-nearest =
    { $count ->
        [0] Did you mean "{ $nearest }"? No channel is configured.
       *[other] Did you mean "{ $nearest }"? Configured: { $configured }.
    }

error-channel-not-configured =
    { $channel ->
        [any] No channel of alerts is configured.
       *[other] The channel { $channel } is not configured.
    }
error-channel-not-configured-hint =
    { $count ->
        [0] Set one of { $settings } and start the daemon anew.
       *[other] Set { $settings } and start the daemon anew. Configured: { $configured }.
    }

error-notification-not-found = There is no such event in the log of alerts.
error-notification-not-found-hint = `waiaas notify log` lists the events. What was told more than 30 days ago is deleted.

error-renewal-limit-reached =
    { $max ->
        [0] This session was made without renewals.
        [one] The one renewal of this session has been used.
       *[other] All { $max } renewals of this session have been used.
    }
error-renewal-limit-reached-hint = The token works until it expires. Ask the owner for a new session before then.

error-session-absolute-lifetime-exceeded = A renewal would pass the absolute end of this session ({ $end }).
error-session-absolute-lifetime-exceeded-hint = The token works until it expires. Ask the owner for a new session before then.

error-session-renewal-mismatch = The token belongs to another session than the one in the path.
error-session-renewal-mismatch-hint = GET /v1/session tells which session the token belongs to.

error-renewal-too-early =
    { $seconds ->
        [one] It is too early to renew; wait { $seconds } second.
       *[other] It is too early to renew; wait { $seconds } seconds.
    }
error-renewal-too-early-hint = A renewal is granted once half of the token's time has passed.

error-renewal-conflict = This token was already replaced by another renewal.
error-renewal-conflict-hint = Read the token file again. To repeat a renewal whose answer was lost, send the same Idempotency-Key.

error-session-limit-exceeded =
    { $limit ->
        [one] The agent already has { $limit } live session, the most it may have.
       *[other] The agent already has { $limit } live sessions, the most it may have.
    }
error-session-limit-exceeded-hint = End one with `waiaas session revoke`, replace one, or raise security.max_sessions_per_agent.

error-constraint-violated = The limit { $constraint } does not allow { $value }; at most { $ceiling }.
error-constraint-violated-hint = Choose a smaller value, or raise the limit on the daemon's machine with `waiaas agent defaults`.

error-wallet-access-denied = This session may not use that wallet.
error-wallet-access-denied-hint = GET /v1/wallets lists the wallets of this session. The owner can add one with `waiaas session wallet add`.

error-wallet-already-linked = That wallet is already linked.

error-cannot-remove-default-wallet = The default wallet cannot be removed while other wallets are linked.
error-cannot-remove-default-wallet-hint = Make another wallet the default first, with `waiaas session wallet default` or `waiaas agent wallet default`.

error-session-requires-wallet = A session needs at least one wallet.
error-session-requires-wallet-hint = Add a wallet with `waiaas wallet add NAME --chain CHAIN --network NETWORK --address ADDRESS`, then give it to the agent with `waiaas agent wallet add AGENT WALLET`.
error-session-requires-wallet-named = The agent "{ $agent }" has no wallet. Add one with `waiaas wallet add NAME --chain CHAIN --network NETWORK --address ADDRESS`, then give it to the agent with `waiaas agent wallet add { $agent-argument } WALLET`.

error-agent-suspended = The agent is suspended.
error-agent-suspended-hint = The owner can let it act again with `waiaas agent resume`.

error-agent-terminated = The agent was removed for good.
error-agent-terminated-hint = Add a new agent with `waiaas agent add`. Names are never reused.

error-wallet-terminated = The wallet was removed for good.
error-wallet-terminated-hint = Add a new wallet with `waiaas wallet add`. Names are never reused.

error-request-invalid = The request is not valid.
error-request-invalid-hint = details.issues says where and what is wrong.

error-idempotency-key-invalid = The Idempotency-Key header is not valid.
error-idempotency-key-invalid-hint = Send it once, with 16 to 64 visible ASCII characters, quoted or bare.

error-claim-invalid = The code does not work: it is wrong, was used before, or came too late.
error-claim-invalid-hint = Ask the owner for a new code.

error-admin-access-denied = Your user may not use the owner's door.
error-admin-access-denied-hint = Run the command as the user that runs the daemon, or as root.

error-token-file-unwritable = The token file could not be written, so no session was made: { $reason }
error-token-file-unwritable-hint = Mend the cause and try again.

error-route-not-found = There is nothing at this address.
error-route-not-found-hint = GET /openapi.json lists every route.

error-method-not-allowed = This address does not take that method.
error-method-not-allowed-hint = The Allow header lists the methods it takes.

error-body-too-large =
    { $max ->
        [one] The request body is too large; at most { $max } byte.
       *[other] The request body is too large; at most { $max } bytes.
    }

error-request-timeout = The request took too long and was given up.
error-request-timeout-hint = Try again. Repeat a renewal with the same Idempotency-Key.

error-rate-limited =
    { $seconds ->
        [one] Too many requests; wait { $seconds } second.
       *[other] Too many requests; wait { $seconds } seconds.
    }

error-system-locked =
    { $reason ->
        [restored_database] The database was restored from an older copy, so every session is frozen.
       *[kill_switch] The kill switch is on, so every agent request is refused.
    }
error-system-locked-hint =
    { $reason ->
        [restored_database] On the daemon's machine, look through the sessions and then run `waiaas db confirm-restore`.
       *[kill_switch] On the daemon's machine, run `waiaas killswitch off`.
    }

error-storage-unavailable = The database does not answer right now.
error-storage-unavailable-hint = Try again shortly; if it persists, check disk space and `waiaas status`.

error-internal = Something went wrong in the daemon.
error-internal-hint = The daemon's log has the cause under this request id.
