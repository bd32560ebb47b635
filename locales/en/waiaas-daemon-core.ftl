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

error-admin-access-denied = This user may not use the admin socket.
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

# What is wrong with a request; read behind the name of the place, as in "name: is missing".

issue-missing = is missing
issue-given-twice = is given twice
issue-not-json = is not valid JSON (line { $line }, column { $column })
issue-not-sent-as-json = must be JSON with Content-Type: application/json
issue-cut-short = ended before it was complete
issue-wrong-form = does not have the right form
issue-wrong-parameter-form = has a parameter of the wrong form
issue-wrong-query-form = is not of the form name=value&…
issue-wanted-text = must be a text
issue-wanted-flag = must be true or false
issue-wanted-list = must be a list
issue-wanted-integer = must be a whole number
issue-wanted-natural = must be a whole number, not negative
issue-wanted-object = must be an object
issue-wanted-id = must be an id such as 0190a8f2-0000-7000-8000-000000000000
issue-unknown-field = is not a known field; known are { $known }
issue-unknown-field-near = is not a known field; did you mean { $nearest }?
issue-unknown-field-none = is not a known field; no field is known here
issue-unknown-parameter = is not a known parameter; known are { $known }
issue-unknown-parameter-near = is not a known parameter; did you mean { $nearest }?
issue-unknown-parameter-none = no parameter is known here
issue-too-many-parameters = at most { $max } parameters
issue-not-in-range = { $value } is not in { $min }..{ $max }
issue-past-lifetime = { $value } is not in { $min }..{ $max } (the session's absolute lifetime)
issue-not-a-number-in = must be a whole number in { $min }..{ $max }
issue-not-one-of = must be one of { $words }
issue-not-known = is not known; did you mean { $nearest }?
issue-not-an-amount = "{ $shown }" is not a whole decimal number of at most { $max } digits
issue-empty-set = must not be empty; leave it out to allow all
issue-too-many-entries = has { $count } entries; at most { $max }
issue-bad-entry = each entry must be 1 to { $max } visible ASCII characters
issue-entry-twice = names an entry twice
issue-name-empty = must not be empty
issue-name-padded = must not begin or end with white space
issue-name-too-long = must have at most { $characters } characters and { $bytes } bytes
issue-name-forbidden = must not contain control or text-direction characters (found { $found })
issue-agent-name-taken = is taken by another agent; names are never reused
issue-wallet-name-taken = is taken by another wallet; names are never reused
issue-bad-network = must be 1 to 32 lowercase letters, digits or hyphens
issue-unknown-chain = must be evm or solana
issue-evm-form = an evm address is 0x followed by 40 hexadecimal digits
issue-evm-checksum = the upper and lower case letters do not match the EIP-55 checksum: a digit may be mistyped
issue-solana-form = a solana address is base58 text of 32 bytes
issue-at-most = at most { $max }
issue-at-most-wallets = at most { $max } wallets
issue-wallet-twice = names a wallet twice
issue-named-twice = "{ $name }" is named twice
issue-not-together-with = cannot be given together with { $other }
issue-needs-active = needs active: true
issue-not-among-wallets = must be one of the session's wallets
issue-of-another-agent = belongs to another agent
issue-session-expired = has expired; create a new one
issue-several-sessions = several sessions begin so; give more characters

# Why a token file or its directory is refused, and how to mend it.

token-file-link = { $path } is a symbolic link, and links are not followed. Remove it (`rm { $path }`), then create the session again.
token-file-irregular = { $path } is not a regular file. Move it away, then create the session again.
token-file-foreign = { $path } belongs to user { $owner }, and this program runs as user { $uid }. Run it as the owner, or give each user a data directory of their own.
token-file-open = { $path } has mode { $mode }, so other users can get at it. Run `chmod 600 { $path }`, and revoke the session if someone may have read it.
token-file-large = { $path } is larger than { $max } bytes. Remove it, then create the session again.
token-file-no-text = { $path } is not UTF-8 text. Remove it, then create the session again.
token-file-no-token = { $path } does not hold a session token: { $reason }. Remove it, then create the session again.
token-file-no-entry = { $path } is not an entry for a pending renewal. Remove it; if the token is then refused, create the session again.
token-file-no-name = { $path } does not end in a file name. Name the token file itself.
token-file-locked =
    { $seconds ->
        [one] Another program has been writing { $path } for more than a second. Try again when it has finished.
       *[other] Another program has been writing { $path } for more than { $seconds } seconds. Try again when it has finished.
    }
token-file-full = { $path } could not be written: the disk is full. Free some space and try again.
token-file-read-only = { $path } could not be written: the file system is read-only. Make it writable, or choose another data directory.
token-file-denied = { $path } is closed to the user that runs this program. Give that user access to it, or choose another data directory.
token-file-system = { $path } could not be used: “{ $said }”. Check the disk, or choose another data directory.
token-form-prefix = it does not start with { $prefix }
token-form-long = it is longer than { $max } bytes
token-form-parts = it is not three dot-separated base64url parts
token-form-payload = its payload cannot be decoded; it may have been cut
data-dir-undetermined = No data directory is known: neither --data-dir nor WAIAAS_DATA_DIR is set, and there is no home directory. Pass --data-dir DIR.
data-dir-empty-flag = --data-dir is empty. Pass a directory, or leave the flag out.
data-dir-link = { $path } is a symbolic link, which could be pointed elsewhere. Use the directory it leads to.
data-dir-no-directory = { $path } is not a directory. Move it away, or choose another data directory.
data-dir-foreign = { $path } belongs to user { $owner }, and this program runs as user { $uid }. Run it as the owner, or choose another data directory.
data-dir-readable = { $path } has mode { $mode }, so others can see what is in it. Run `chmod 700 { $path }`.
data-dir-writable = { $path } has mode { $mode }, so others can replace the files in it. Run `chmod 700 { $path }`.

# Why a channel does not work, or did not take a message. What the other side said is quoted.

trouble-conflict = another program polls with this bot token, or a webhook is set: stop it, or give waiaas a bot of its own
trouble-bot-token-refused = Telegram refuses the bot token: check telegram.bot_token or telegram.bot_token_file
trouble-webhook-taken = another program has set a webhook for this bot, or taken ours away; waiaas sets its own again: stop the other program, or give waiaas a bot of its own
trouble-webhook-refused = Telegram refuses telegram.webhook_url: { $said }
trouble-undelivered = Telegram cannot deliver to telegram.webhook_url: { $said }
trouble-internal = the daemon failed at it; its log says why
trouble-bad-address = the address cannot be read
trouble-address-refused = the server answered { $said }: the address or the token is not right
trouble-server-answered = the server answered { $said }
trouble-asked-to-wait = the server asks to wait
trouble-no-answer = no answer in time
trouble-connection-refused = no connection: connection refused
trouble-no-connection = no connection
trouble-no-connection-said = no connection: { $said }
trouble-unreadable-answer = the answer could not be read
trouble-unparsable = Telegram cannot parse the message
trouble-blocked = the reader has blocked the bot
trouble-no-chat = there is no chat with this reader: they have to write to the bot first
trouble-storage = the database did not answer
trouble-unknown-event = this version cannot read it
trouble-said = { $said }
