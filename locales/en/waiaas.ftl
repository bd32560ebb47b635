# Command line

cli-error = Error
cli-caused-by = Caused by
cli-hint = Hint
cli-refusal = { $code }, request { $request }
cli-never = never
cli-time-ahead = in { $span }
cli-time-ago = { $span } ago
cli-default-wallet = { $name } (default)
cli-nothing-changed = Nothing was changed.
cli-next-page = There are more: repeat with --before { $next }
cli-sessions-ended = Live sessions ended: { $count }.
cli-path-not-text = This path is not UTF-8 text, and only such paths can be used here.

cli-not-running = waiaas is not running for data directory { $dir }
cli-not-running-hint = Start it with `waiaas run`; a new data directory is made with `waiaas init`.
cli-already-running = Another daemon is already running for data directory { $dir }
cli-already-running-hint = Stop it first, or choose another directory with --data-dir.
cli-socket-denied = This user may not use the admin socket in { $dir }
cli-socket-denied-hint = Run the command as the user that runs the daemon, or as root.
cli-no-answer = The daemon for { $dir } did not answer
cli-answer-unreadable = The daemon's answer could not be read.
cli-answer-unreadable-hint = The daemon may be of another version: compare `waiaas --version` with `waiaas status`.
cli-name-not-in-path = Nothing can be found by the name "{ $name }".
cli-name-not-in-path-hint = Use the id instead; the list shows it.

cli-head-about = ABOUT
cli-head-absolute-end = ABSOLUTE END
cli-head-actor = BY
cli-head-address = ADDRESS
cli-head-agent = AGENT
cli-head-applied = APPLIED
cli-head-at = AT
cli-head-chain = CHAIN
cli-head-channel = CHANNEL
cli-head-chat = CHAT
cli-head-created = CREATED
cli-head-details = DETAILS
cli-head-event = EVENT
cli-head-expires = EXPIRES
cli-head-id = ID
cli-head-key = KEY
cli-head-last-renewed = LAST RENEWED
cli-head-last-used = LAST USED
cli-head-level = LEVEL
cli-head-name = NAME
cli-head-network = NETWORK
cli-head-paired = PAIRED
cli-head-reason = REASON
cli-head-renewals = RENEWALS
cli-head-result = RESULT
cli-head-revoked = REVOKED
cli-head-revoked-by = REVOKED BY
cli-head-role = ROLE
cli-head-seq = SEQ
cli-head-sessions = LIVE SESSIONS
cli-head-setting = SETTING
cli-head-source = SOURCE
cli-head-state = STATE
cli-head-step = STEP
cli-head-token-file = TOKEN FILE
cli-head-user = USER
cli-head-value = VALUE
cli-head-wallets = WALLETS

cli-limit-amount-per-tx = MOST PER TRANSACTION
cli-limit-destinations = DESTINATIONS
cli-limit-expires-in = RENEWAL UNIT
cli-limit-max-renewals = RENEWALS IN ALL
cli-limit-operations = OPERATIONS
cli-limit-reject-window = REJECT WINDOW
cli-limit-total-amount = MOST IN ALL
cli-limit-transactions = TRANSACTIONS IN ALL

cli-wallet-added = Wallet { $name } is added.
cli-wallet-none = There are no wallets yet. Add one: waiaas wallet add NAME --chain evm --network base --address 0x…
cli-wallet-remove-ask = Remove wallet { $name }? Sessions that reach only this wallet end, and it cannot be undone.
cli-wallet-removed = Wallet { $name } is removed.

cli-agent-added = Agent { $name } is added.
cli-agent-none = There are no agents yet. Add one: waiaas agent add NAME --wallet WALLET
cli-agent-no-defaults = This agent has no limits of its own.
cli-agent-remove-ask = Remove agent { $name }? Its sessions end, and it cannot be undone.
cli-agent-removed = Agent { $name } is removed, and its sessions have ended.
cli-agent-resumed = Agent { $name } may act again.
cli-agent-suspended = Agent { $name } is suspended: its requests are refused until `waiaas agent resume`.

cli-session-created =
    Session { $session } for { $agent }
    Token ends { $expires }; { $renewals ->
        [0] it cannot be renewed
        [one] { $renewals } renewal
       *[other] { $renewals } renewals
    }
    No renewal helps after { $end }
cli-session-none = There are no such sessions. `--state all` shows every one that is kept.
cli-session-replaced = Session { $session } was replaced and has ended.
cli-session-revoke-ask = End session { $session }? Its token fails on the next request, and it cannot be undone.
cli-session-revoked = Session { $session } has ended.
cli-session-revoked-before = Session { $session } had ended before, at { $at }.
cli-session-token-file = The token is in this file:
cli-session-token-once = The token is shown this once and cannot be shown again. Whoever has it can act as the agent:

cli-status-dead-letters = GIVEN UP
cli-status-frozen = FROZEN
cli-status-frozen-since = since { $since }: the database is older than this machine remembers. Check what was restored, then: waiaas db confirm-restore
cli-status-kill-switch = KILL SWITCH
cli-status-last-ok = last worked { $since }
cli-status-listen = AGENTS' DOOR
cli-status-next-expiry = NEXT EXPIRY
cli-status-operators = PAIRED PEOPLE
cli-status-outbox = WAITING TO BE SENT
cli-status-uptime = UPTIME
cli-status-version = VERSION

cli-killswitch-is-off = The kill switch is off.
cli-killswitch-is-on = The kill switch is ON since { $since }, by { $by }: every agent is refused. Lift it with `waiaas killswitch off`.
cli-killswitch-on-ask = Refuse every agent from the next request on?
cli-killswitch-revoke-all-ask = Refuse every agent, and end every live session? Ended sessions cannot be brought back.

cli-keys-revoke-all-ask = Rotate the key, and end every live session? Ended sessions cannot be brought back.
cli-keys-rotated = Key { $kid } signs from now on; { $deleted ->
        [0] no old key was deleted
        [one] { $deleted } old key was deleted
       *[other] { $deleted } old keys were deleted
    }.

cli-audit-broken = The audit trail is NOT intact; the first bad position is { $seq }
cli-audit-broken-hint = Somebody or something changed the database from outside. Keep a copy of it, and compare with your backups.
cli-audit-intact = The audit trail is intact: { $entries } entries.
cli-audit-none = There are no such entries.

cli-notify-asked = Test alerts asked for: { $channels }. Waiting at most { $span } to see them delivered; Ctrl-C stops waiting.
cli-notify-chat-dead = not in the chat of { $name }, given up
cli-notify-chat-waiting = not yet in the chat of { $name }
cli-notify-dead = given up
cli-notify-dead-hint = It is not tried again. Mend the cause and test anew; `waiaas notify log --failed` lists what was given up.
cli-notify-delivered = delivered
cli-notify-failed = Not every channel has delivered the test
cli-notify-in-chat = in the chat of { $name }
cli-notify-interrupted = Stopped waiting. The test goes on: waiaas notify log --event CHANNEL_TEST
cli-notify-next = { $what }; next try { $when }
cli-notify-no-channel = there was no channel to tell it
cli-notify-no-recipient = nobody is paired
cli-notify-none = There are no such alerts.
cli-notify-none-yet = There are no alerts yet. Send one to see whether it arrives: waiaas notify test
cli-notify-pair-hint = Pair a phone with `waiaas pair`, and test anew.
cli-notify-passed-over = passed over
cli-notify-switched-off = switched off by everybody there
cli-notify-waiting = not delivered yet
cli-notify-waiting-hint = It is tried again until it arrives or is given up. `waiaas status` says how the channels are doing, `waiaas notify log --event CHANNEL_TEST` what becomes of the test.

cli-pair-code = Send this to the bot until { $until }: /start { $code }
cli-pair-done = Paired with { $name }.
cli-pair-expired = Nobody used the code in time
cli-pair-expired-hint = Run `waiaas pair` again.
cli-pair-interrupted = Stopped waiting. The code stays good until { $until }.
cli-pair-role = It makes whoever uses it: { $role }
cli-pair-link = Open the link on your phone, or scan the QR code with its camera, until { $until }. It works once.
cli-pair-no-bot = The running daemon has no Telegram bot, so nobody could use a code
cli-pair-no-bot-hint = Make a bot with @BotFather and put its token into a file of mode 0600. Name that file as telegram.bot_token_file in { $file }, start the daemon again, then run `waiaas pair`.
cli-pair-no-link = There is no link, because the daemon has not reached Telegram yet: { $why }. The code works as soon as it has.
cli-pair-none = Nobody is paired yet. Pair a phone: waiaas pair
cli-pair-remove-ask = Take the console away from user { $user }?
cli-pair-removed = { $name } may no longer use the console.
cli-pair-waiting = Waiting for the phone; Ctrl-C stops waiting.

cli-config-right = The configuration for { $dir } is valid.
cli-secret-in-arguments = { $key } is a secret and may not be given by a flag, since other users can read a program's arguments
cli-secret-in-arguments-hint = Put it into config.toml or, where there is a key ending in _file, into a file of its own, both of mode 0600; or use { $variable }.

cli-db-backed-up = The database is copied to { $file } ({ $bytes } bytes). Keep master.key too, but apart from it: together they can mint tokens.
cli-db-backup-exists = { $file } exists already
cli-db-backup-exists-hint = Name a file that does not exist; a backup never overwrites another.
cli-db-backup-failed = The database could not be copied to { $file }
cli-db-confirm-ask = Use the restored database? Sessions that were ended after the backup was made come back to life.
cli-db-confirmed = The restored database is in use again.
cli-db-migrated = { $count ->
        [0] The database has every step already.
        [one] { $count } step was applied.
       *[other] { $count } steps were applied.
    }
cli-db-missing = There is no database at { $file }
cli-db-newer = from a newer version
cli-db-not-frozen = Nothing was frozen; there is nothing to confirm.
cli-db-pending = pending

cli-doctor-head-check = CHECK
cli-doctor-head-what = WHAT
cli-doctor-mend = mend: { $mend }
cli-doctor-ok = ok
cli-doctor-note = note
cli-doctor-warning = WARNING
cli-doctor-serious = SERIOUS
cli-doctor-ill = { $serious ->
        [one] { $serious } serious fault
       *[other] { $serious } serious faults
    }; mend the uppermost first, then run this again
cli-doctor-well = { $warnings ->
        [0] Nothing is wrong.
        [one] Nothing serious; { $warnings } warning.
       *[other] Nothing serious; { $warnings } warnings.
    }
cli-doctor-not-checked = not checked: { $why }
cli-doctor-skip-set-up = waiaas has not been set up here
cli-doctor-skip-data-dir = the data directory cannot be used
cli-doctor-skip-config = the configuration cannot be used
cli-doctor-skip-daemon = there is no running daemon to compare with
cli-doctor-skip-frozen = the audit trail of a restored database proves nothing until it is confirmed
cli-doctor-mend-restart = stop the daemon and start it again: { $command }
cli-doctor-mend-stopped = while the daemon is stopped: { $command }

cli-doctor-check-data-dir = data directory
cli-doctor-check-files = files
cli-doctor-check-config = configuration
cli-doctor-check-database = database
cli-doctor-check-daemon = daemon
cli-doctor-check-clock = clock
cli-doctor-check-tokens = token files
cli-doctor-check-clients = clients
cli-doctor-check-telegram = Telegram

cli-doctor-origin-flag = given by --data-dir
cli-doctor-origin-variable = given by WAIAAS_DATA_DIR
cli-doctor-origin-xdg = below XDG_DATA_HOME
cli-doctor-origin-home = the default in the home directory
cli-doctor-dir-chosen = { $dir }, { $origin }
cli-doctor-dir-chosen-free = { $dir }, { $origin }; { $free } free
cli-doctor-dir-missing = { $dir }, { $origin }, does not exist: waiaas has not been set up here
cli-doctor-dir-empty = { $dir } holds no configuration, key or database: waiaas has not been set up here
cli-doctor-dir-link = { $dir } is a symbolic link, which could be pointed elsewhere: the daemon refuses it; use the directory it leads to
cli-doctor-dir-no-dir = { $dir } is not a directory
cli-doctor-dir-foreign = { $dir } belongs to user { $owner }, and you are user { $uid }
cli-doctor-dir-writable = { $dir } has mode { $mode }: others can replace the files in it
cli-doctor-dir-readable = { $dir } has mode { $mode }: others can see what is in it
cli-doctor-dir-tight = { $dir } has mode { $mode }: its owner needs to read, write and enter it
cli-doctor-dir-closed = { $dir } cannot be looked at: { $cause }
cli-doctor-dir-read-only = { $dir } is on a file system that is mounted read-only: nothing can be renewed or recorded
cli-doctor-dir-full = { $dir } has { $free } left: the next renewal may find no room
cli-doctor-dir-low = { $dir } has { $free } left
cli-doctor-dir-same-user = an agent that runs as user { $uid }, as the daemon does, can read every token and key here
cli-doctor-dir-same-user-mend = run agents as another user

cli-doctor-files-ok = { $count } files, all closed to other users
cli-doctor-file-no-key = { $file } is missing: no token can be made or checked
cli-doctor-file-no-config = { $file } is missing: the daemon runs on defaults, without Telegram
cli-doctor-file-bad-key = { $file } is no master key: 64 hexadecimal digits are expected
cli-doctor-file-restore = put { $file } back from where you keep its copy
cli-doctor-file-link = { $file } is a symbolic link, and is not protected by the modes of the data directory
cli-doctor-file-irregular = { $file } is not a regular file
cli-doctor-file-no-socket = { $file } is not a socket: the daemon cannot start
cli-doctor-file-foreign = { $file } belongs to user { $owner }
cli-doctor-file-tight = { $file } has mode { $mode }: the daemon cannot use it
cli-doctor-file-writable = { $file } has mode { $mode }: other users can change it
cli-doctor-file-readable = { $file } has mode { $mode }: other users have access to it
cli-doctor-file-unreadable = { $file } cannot be looked at: { $cause }

cli-doctor-config-ok = valid
cli-doctor-config-open = agents are served at { $address }, which other machines can reach: without a TLS proxy in front, tokens can be read on the way
cli-doctor-config-open-mend = set http.listen = "127.0.0.1:3100" in config.toml, or make sure that only the TLS proxy reaches this address
cli-doctor-config-variable = unset { $name } or correct it, then: { $command }

cli-doctor-db-ok = whole and of this version; { $entries ->
        [one] { $entries } audit entry
       *[other] { $entries } audit entries
    } intact
cli-doctor-db-missing-mend = put your newest backup at { $file }; or, to begin anew: { $command }
cli-doctor-db-unreadable = { $file } cannot be read: { $cause }
cli-doctor-db-damaged = { $file } is damaged in { $count ->
        [one] { $count } place
       *[other] { $count } places
    }: { $first }
cli-doctor-db-unfinished = too large for a quick check of the whole file
cli-doctor-db-restore = stop the daemon, put your newest backup in its place, start the daemon, then: { $command }
cli-doctor-db-newer = made by a newer version: this one does not know { $steps }
cli-doctor-db-newer-mend = start the newer version, or restore a backup from before it
cli-doctor-db-gap = the record of { $steps } is lost, although later steps are applied
cli-doctor-db-pending = schema steps are pending: { $steps }
cli-doctor-db-pending-running = the running daemon is older than this program, which has more schema steps: { $steps }
cli-doctor-db-no-key = there is no signing key
cli-doctor-db-sealed = { $file } does not open the signing keys: another master key has sealed them
cli-doctor-db-frozen = older than this machine remembers: every session is frozen since { $since }. Check what was restored
cli-doctor-db-broken = the audit trail is NOT intact, from position { $seq }: { $problem }
cli-doctor-db-broken-mend = keep a copy as evidence ({ $command }), then compare with your backups
cli-doctor-db-audit-unfinished = the audit trail is too long for a quick check

cli-doctor-daemon-ok = version { $version }, up { $span }, agents at { $address }, { $sessions ->
        [one] { $sessions } live session
       *[other] { $sessions } live sessions
    }
cli-doctor-daemon-version = the daemon is version { $daemon }, and this program is { $program }
cli-doctor-daemon-locked = the kill switch is ON since { $since }, by { $by }: every agent is refused
cli-doctor-daemon-dead-letters = { $count ->
        [one] { $count } message was given up, and nobody has read it
       *[other] { $count } messages were given up, and nobody has read them
    }
cli-doctor-daemon-outbox = { $count } messages wait to be sent
cli-doctor-daemon-unpaired = nobody is paired: alerts reach nobody, and no phone can end a session
cli-doctor-daemon-down = not running: every agent is cut off
cli-doctor-daemon-silent = it does not answer
cli-doctor-daemon-unreadable = its answer could not be read: it may be of another version
cli-doctor-daemon-refuses = it runs and refuses: { $message } ({ $code })
cli-doctor-daemon-broken = it cannot be reached: { $cause }
cli-doctor-door-closed = agents cannot connect at { $address }
cli-doctor-door-moved = agents are served at { $address }, but config.toml says { $configured }, where MCP servers look
cli-doctor-door-stranger = something else listens at { $address }, where agents connect
cli-doctor-door-stranger-mend = find it ({ $command }) and stop it, or set another http.listen in config.toml
cli-doctor-door-other-daemon = a daemon of another data directory, version { $version }, is at { $address }
cli-doctor-door-other-daemon-mend = look at that one with --data-dir, or give this one another http.listen in config.toml, such as "127.0.0.1:3101"

cli-doctor-clock-ok = agrees with the daemon's ({ $time })
cli-doctor-clock-ahead = the daemon's clock ({ $time }) is { $span } ahead of this one
cli-doctor-clock-behind = the daemon's clock ({ $time }) is { $span } behind this one
cli-doctor-clock-back = it is { $time } here, but the audit trail has an entry from { $newest }: the clock went back

cli-doctor-token-none = no agent of this machine has a token file yet
cli-doctor-token-ok = { $file }: { $agent }, session { $session }, token ends { $expires }, renewed { $count }/{ $max }
cli-doctor-token-alone = { $file }: agent { $agent }, session { $session }, token ends { $expires }; the daemon was not asked
cli-doctor-token-unanswered = the daemon did not say whether the token in { $file } is live
cli-doctor-token-unknown = the daemon does not know session { $session } of { $file }
cli-doctor-token-suspended = { $agent } is suspended: its requests are refused
cli-doctor-token-revoked = { $file }: the session of { $agent } was ended at { $at }, by { $by }
cli-doctor-token-expired = { $file }: the session of { $agent } ran out at { $at }
cli-doctor-token-replaced = { $file } does not hold the current token of { $agent }: it is refused
cli-doctor-token-other-agent = { $file } holds the token of another agent, { $agent }
cli-doctor-token-pending = a renewal of { $file } is under way; the MCP server finishes it, also after a crash
cli-doctor-token-pending-foreign = { $file } has a pending entry for another token; the next renewal removes it
cli-doctor-token-pending-form = { $file } is not an entry for a pending renewal
cli-doctor-token-leftovers = beside { $file } a crash has left { $count ->
        [one] { $count } temporary file
       *[other] { $count } temporary files
    }; the next hand-over removes them
cli-doctor-token-overdue = { $file }: the renewal for { $agent } is overdue since { $at }: no MCP server runs for this agent
cli-doctor-token-variable = WAIAAS_SESSION_TOKEN is set; it counts only where there is no token file
cli-doctor-token-link = { $file } is a symbolic link, and links are not followed
cli-doctor-token-open = { $file } has mode { $mode }: other users have access, so no one will use it. If someone may have read it, end its session too
cli-doctor-token-form = { $file } does not hold a session token
cli-doctor-token-folder = { $dir } is not a directory of this user's

cli-doctor-client-none = no MCP client of this user starts waiaas yet
cli-doctor-client-ok = { $client }: "{ $name }" starts { $command }
cli-doctor-client-misses = { $client }: "{ $name }" looks for the daemon at { $url }, and it is at { $address }
cli-doctor-client-missing = { $client }: "{ $name }" starts { $command }, which does not exist
cli-doctor-client-not-executable = { $client }: "{ $name }" starts { $command }, which is not a program
cli-doctor-client-closed = { $client }: "{ $name }" starts { $command }, in a folder that you may not enter
cli-doctor-client-agent-id = { $client }: "{ $name }" names the agent "{ $agent }", and the MCP server takes only an agent's id
cli-doctor-client-agent-unknown = { $client }: "{ $name }" serves agent { $agent }, which the daemon does not know
cli-doctor-client-agent-removed = { $client }: "{ $name }" serves agent { $agent }, which has been removed
cli-doctor-client-no-token = { $client }: "{ $name }" serves agent { $agent }, which has no token file here
cli-doctor-client-address = { $client }: "{ $name }" has a --base-url that the MCP server refuses: { $reason }
cli-doctor-client-looked-up = { $client }: "{ $name }" starts "{ $command }", which the client may not find: a desktop application has another PATH than a shell
cli-doctor-client-elsewhere = { $client }: "{ $name }" serves another data directory, { $dir }
cli-doctor-client-no-dir = { $client }: "{ $name }" serves another data directory, { $dir }, which does not exist
cli-doctor-client-replace = take the entry "{ $name }" out of { $file }; to have one for this data directory: { $command }
cli-doctor-client-link-mend = mend the link, or remove it: { $command }
cli-doctor-client-default = { $client }: "{ $name }" names no data directory, and the default one is not this one
cli-doctor-client-token = { $client }: "{ $name }" in { $file } carries a session token, which does not belong there
cli-doctor-client-token-mend = take the token out of { $file }; others may have read it, so end its session ({ $command } shows which)
cli-doctor-client-unreadable = { $client } cannot read its configuration: { $what }

cli-doctor-telegram-ok = @{ $name } answers
cli-doctor-telegram-off = not configured: there are no alerts, and no phone can end a session
cli-doctor-telegram-off-mend = make a bot with @BotFather, put its token into a file of mode 0600, and set telegram.bot_token_file in { $file }
cli-doctor-telegram-refused = Telegram refuses the bot token
cli-doctor-telegram-refused-mend = get the bot's token from @BotFather, put it into { $place }, and start the daemon again: { $command }
cli-doctor-telegram-silent = { $url } does not answer
cli-doctor-telegram-away = { $url } cannot be reached: { $reason }
cli-doctor-telegram-away-mend = see whether this machine reaches it at all: { $command }
cli-doctor-telegram-webhook = a webhook is set for this bot: the daemon cannot fetch what people write
cli-doctor-telegram-webhook-mend = stop the program that has set it, or take a bot of waiaas's own
cli-doctor-telegram-webhook-ours = Telegram brings what people write to { $url }
cli-doctor-telegram-webhook-none = no webhook is set for this bot: Telegram brings the daemon nothing
cli-doctor-telegram-webhook-none-mend = the daemon sets it within a minute while it runs: { $command }
cli-doctor-telegram-webhook-other = another program has set a webhook for this bot: the daemon does not get what people write
cli-doctor-telegram-webhook-other-mend = stop that program, or give waiaas a bot of its own; the daemon sets its own webhook again by itself
cli-doctor-telegram-undelivered = what people write does not reach the daemon: { $reason }
cli-doctor-telegram-undelivered-mend = see that the proxy leads this address to { $listen } as it is; it does when this prints 401: { $command }
cli-doctor-telegram-unused = the running daemon has no bot: it was started before one was configured
cli-doctor-telegram-conflict = the daemon cannot fetch what people write: another program polls with this bot token, or a webhook is set
cli-doctor-telegram-conflict-mend = stop the other program, or give waiaas a bot of its own
cli-doctor-telegram-stale = Telegram refuses the token that the running daemon has; it was started with another one
cli-doctor-telegram-unreachable = the daemon cannot reach Telegram: { $reason }

cli-init-ask-listen = Address for agents
cli-init-ask-owner = Your Telegram id, if you know it (empty: pair with a link later)
cli-init-ask-token = Bot token from @BotFather (hidden; empty: no Telegram for now)
cli-init-ask-zone = Time zone of dates in the chat
cli-init-backup = The old configuration is kept as { $file }.
cli-init-done = Made in { $dir }: { $files }
cli-init-exists = { $dir } is ready already, and nothing was changed. It has: { $files }. To rewrite the configuration: { $program } init --force
cli-init-hint = Make it with `waiaas init`.
cli-init-next-no-bot =
    Next:
      1. { $program } run
      2. { $program } wallet add WALLET --chain evm --network base --address 0x…
      3. { $program } agent add AGENT --wallet WALLET
      4. { $program } session create --agent AGENT
    For the Telegram console, make a bot with @BotFather and set telegram.bot_token_file in config.toml.
cli-init-next-owner =
    Next:
      1. { $program } run
      2. { $program } wallet add WALLET --chain evm --network base --address 0x…
      3. { $program } agent add AGENT --wallet WALLET
      4. Send /newsession to your bot.
cli-init-next-pair =
    Next:
      1. { $program } run
      2. { $program } pair
      3. { $program } wallet add WALLET --chain evm --network base --address 0x…
      4. { $program } agent add AGENT --wallet WALLET
      5. Send /newsession to your bot.
cli-init-no-terminal = init asks questions, and this is not a terminal
cli-init-no-terminal-hint = Pass --non-interactive, and what you want to set as flags.
cli-init-rewritten = The configuration in { $dir } was written anew.
cli-init-warning = Beware: an agent that runs as this same user can read everything here, including every token and the admin socket. Run agents as another user. Whatever adds power on this machine is told in the chat, once there is one.

# The agent's side

cli-mcp-choose-agent = Which agent is it for?
cli-mcp-several-agents = There are several agents, and none was named
cli-mcp-several-agents-hint = Name one: --agent NAME
cli-mcp-no-agents = There is no agent yet
cli-mcp-no-agents-hint = Add one: { $program } agent add NAME --wallet WALLET
cli-mcp-no-active-agents = Every agent is suspended
cli-mcp-no-active-agents-hint = Resume one: { $program } agent resume NAME
cli-mcp-no-program = The system does not say where this program's file is
cli-mcp-no-home = It is not known where the client keeps its configuration: there is no home directory
cli-mcp-json-has-no-file = --write needs a client with a file of its own, and json has none
cli-mcp-json-has-no-file-hint = Leave --write out and copy what is printed, or name another client.
cli-mcp-no-session-made = No session was made, and nothing was changed.
cli-mcp-session-goes-on = Session { $session } goes on as it is; --new-session would end it and make another.
cli-mcp-session-stands = Session { $session } is live, and its token is in { $file }; only the client's configuration was not changed. Add what is printed here by hand, or mend the cause and run this again.
cli-mcp-token-file = Its token is in { $file }, which only this user can read.
cli-mcp-run-command = { $client }: run this once, then start a new session in it:
cli-mcp-put-into = { $client }: add this to { $file }, or let --write do it, and restart { $client }:
cli-mcp-put-into-instead = Or add this to { $file }, which --write does too, and restart { $client }:
cli-mcp-put-anywhere = Add this to your client's configuration, and restart it:
cli-mcp-other-clients = For others: --client cursor, vscode or json. With --client and --write the entry goes into the client's own file.
cli-mcp-written = { $file } now starts waiaas for { $agent }.
cli-mcp-unchanged = { $file } starts waiaas for { $agent } already; it was not changed.
cli-mcp-backup = What it held before is kept in { $file }.
cli-mcp-restart = Restart { $client } so that it reads its configuration.
cli-mcp-config-io = { $file } could not be changed
cli-mcp-config-link = { $file } is a symbolic link that leads nowhere
cli-mcp-config-link-hint = Mend the link or remove it.
cli-mcp-config-no-file = { $file } is not a regular file
cli-mcp-config-large = { $file } is too large to be a configuration
cli-mcp-config-no-text = { $file } is not UTF-8 text
cli-mcp-config-busy = Another program changed { $file } each time it was about to be written
cli-mcp-config-busy-hint = Close { $client } and try again.
cli-mcp-config-syntax = { $file } is not JSON: line { $line }, column { $column }
cli-mcp-config-shape = { $file } does not hold an object: line { $line }, column { $column }
cli-mcp-config-key-shape = In { $file }, "{ $key }" is not an object: line { $line }, column { $column }
cli-mcp-config-lax = { $file } holds comments or trailing commas, and { $client } may reject the whole file because of them. Take them out if it does not start its servers.
cli-mcp-config-mend = Mend the file first: the client cannot use it either.
cli-mcp-name-of-other-agent = { $file } has an entry "{ $name }" for another agent already: { $agent }
cli-mcp-name-taken = { $file } has an entry "{ $name }" already, which does not start waiaas for this data directory
cli-mcp-name-taken-hint = Give this one another name: --name NAME
cli-mcp-unfinished = The token file holds the new token, but the daemon could not record it yet. It finishes by itself within about two minutes, or when it starts.
cli-mcp-old-still-live = Session { $session } has not ended yet. To end it at once: { $program } session revoke { $session }
cli-mcp-old-had-ended = Session { $session }, which it goes on from, had ended before.
cli-mcp-wallet-skipped = Wallet { $name } was removed, and is left out.
cli-mcp-no-wallet-left = Every wallet of the session was removed
cli-mcp-no-wallet-left-hint = Make a session with another one: { $program } mcp setup --agent { $agent } --wallet WALLET
cli-mcp-no-token = There is no token file in this data directory
cli-mcp-no-token-hint = Make a session: { $program } mcp setup
cli-mcp-no-token-of-agent = Agent { $agent } has no token file
cli-mcp-several-tokens = Several agents have a token file here, and none was named
cli-mcp-session-unknown = The daemon does not know the session in { $file } any more
cli-mcp-foreign-token = The token in { $file } belongs to another agent
cli-mcp-setup-hint = Make a new session: { $program } mcp setup --agent { $agent }

# Console

console-moment = { $date } ({ $relative })
console-in = in { $span }
console-ago = { $span } ago
console-just-now = just now
console-days = { $count } d
console-hours = { $count } h
console-minutes = { $count } min
console-seconds = { $count } s
console-never = never

console-button-cancel = Cancel
console-button-create = Create
console-button-new-session = New session
console-button-revoke = Revoke
console-button-revoke-now = Yes, revoke
console-button-back = Back
console-button-session = { $agent } · { $left } left

console-no-agents =
    There is no agent yet.
    Add one on the machine that runs waiaas:
    <code>waiaas wallet add WALLET --chain evm --network base --address 0x…</code>
    <code>waiaas agent add AGENT --wallet WALLET</code>
console-no-active-agents = Every agent is suspended. An owner can resume one in /agents.
console-unknown-agent = There is no agent “{ $name }”. /newsession shows all of them.
console-unknown-agent-nearest = There is no agent “{ $name }”. Did you mean “{ $nearest }”?
console-choose-agent = Which agent gets a session?
console-choose-agent-paged = Which agent gets a session? (page { $page } of { $pages })
console-grant-title = A session for <b>{ $agent }</b>:
console-grant-time =
    { $renewals ->
        [0] Valid for { $unit }, cannot be renewed
       *[other] Valid for { $unit } at a time, renewed up to { $renewals }×
    }
console-absolute-end = Ends for good: { $when }
console-wallets-line = Wallets: { $wallets }
console-default-wallet = { $name } (default)
console-limit-per-tx = Per transaction: at most { $amount } (smallest unit)
console-limit-total = In total: at most { $amount } (smallest unit)
console-limit-transactions = Transactions: at most { $count }
console-limit-operations = Operations: { $list }
console-limit-destinations =
    { $count ->
        [one] Destinations: { $count } allowed
       *[other] Destinations: { $count } allowed
    }
console-no-limits = No limits on amounts, operations or destinations
console-creating = Creating a session for <b>{ $agent }</b>…
console-created-title = ✅ <b>{ $agent }</b> has a session.
console-session-line = Session: <code>{ $session }</code>
console-expires-line = Expires: { $when }
console-renewals-line = Renewals: { $count }/{ $max }
console-token-file-line = Token file: <code>{ $path }</code>
console-replaced-line = Replaces <code>{ $session }</code>, which has ended
console-handover-failed =
    ⚠️ No session for <b>{ $agent }</b>: the token file could not be written, so the new session was ended at once.
    { $reason }
console-refused = ⚠️ { $message }
console-cancelled = Cancelled. Nothing has changed.

console-no-sessions = No live sessions. /newsession starts one.
console-sessions-title =
    { $count ->
        [one] <b>One live session</b>
       *[other] <b>{ $count } live sessions</b>
    }
console-sessions-title-paged = <b>{ $count } live sessions</b> (page { $page } of { $pages })
console-session-head = <b>{ $agent }</b> · <code>{ $session }</code>
console-session-left = { $bar } ends { $left } · renewals { $count }/{ $max } · last seen { $seen }
console-last-seen-line = Last seen: { $seen }
console-expired-line = Expired: { $when }
console-revoked-line = Revoked by { $by }: { $when }
console-ask-revoke =
    Revoke session <code>{ $session }</code> of <b>{ $agent }</b>?
    The agent loses access with its next request. This cannot be undone.
console-revoked-by = <b>{ $agent }</b> · <code>{ $session }</code>: Revoked by { $by }, { $hour }
console-rejected-by = <b>{ $agent }</b> · <code>{ $session }</code>: Renewal rejected by { $by }, { $hour }. The session has ended.
console-ambiguous-session = Several sessions begin with “{ $id }”. Give more of it, or choose one: /sessions
console-unknown-session = There is no session “{ $id }”. /sessions shows the live ones.

console-status-title = <b>waiaas { $version }</b>, up for { $uptime }
console-status-sessions = Live sessions: { $count }
console-status-next = Next expiry: { $when }
console-status-outbox = Outbox: { $waiting } waiting, { $dead } given up
console-status-channel = { $channel }: { $state }
console-status-channel-problem = { $channel }: { $state } – { $problem }
console-status-kill-switch-on = Kill switch: <b>ON</b>, by { $by }, { $when }
console-status-kill-switch-off = Kill switch: off
console-status-frozen = ⚠️ Every session has been frozen since { $when }: the database was restored from an older copy. Confirm on the machine: <code>waiaas db confirm-restore</code>

console-kill-switch-ask =
    <b>Turn the kill switch on?</b>
    Agents that stop: { $agents }
    Live sessions that stop: { $sessions }
    From the next request on, every agent is refused, renewals and claims included, and no session can be created.
    Sessions are not ended, but their time runs on: none of it is given back.
    Only the machine can lift it: <code>waiaas killswitch off</code>
console-kill-switch-is-on =
    🚨 The kill switch is <b>on</b>, turned on by { $by }, { $when }. Every agent is refused.
    Only the machine can lift it: <code>waiaas killswitch off</code>
console-button-kill-switch = Yes, stop everything
console-agents-title =
    { $count ->
        [one] <b>One agent</b>
       *[other] <b>{ $count } agents</b>
    }
console-agents-title-paged = <b>{ $count } agents</b> (page { $page } of { $pages })
console-agent-summary = <b>{ $agent }</b> · { $state } · live sessions: { $count }
console-agent-head = Agent <b>{ $agent }</b>
console-agent-state-line = State: { $state }
console-agent-active = active
console-agent-suspended = suspended
console-agent-terminated = removed for good
console-agent-no-wallets = No wallets. On the machine: <code>waiaas agent wallet add AGENT WALLET</code>
console-agent-defaults-title = What a new session gets:
console-button-suspend = Suspend
console-button-resume = Resume
console-button-undo = Undo
console-agent-suspended-by =
    { $count ->
        [0] ⏸ <b>{ $agent }</b>: Suspended by { $by }, { $hour }. Its next request is refused.
        [one] ⏸ <b>{ $agent }</b>: Suspended by { $by }, { $hour }. Its next request is refused; the time of its live session runs on.
       *[other] ⏸ <b>{ $agent }</b>: Suspended by { $by }, { $hour }. Its next request is refused; the time of its { $count } live sessions runs on.
    }
    Undo works for { $minutes } minutes; after that, an owner can resume it in /agents.
console-agent-resumed-by = ▶️ <b>{ $agent }</b>: Resumed by { $by }, { $hour }. It may act again.
console-agent-suspension-undone = ▶️ <b>{ $agent }</b>: Suspension undone by { $by }, { $hour }. It may act again.

console-button-change = Change
console-button-renewals =
    { $count ->
        [0] no renewals
        [one] { $count } renewal
       *[other] { $count } renewals
    }
console-button-refresh = Refresh
console-button-audit = Audit trail
console-session-recent = Recently:
console-no-wallets =
    There is no wallet yet.
    Add one on the machine that runs waiaas:
    <code>waiaas wallet add WALLET --chain evm --network base --address 0x…</code>
console-wallets-title =
    { $count ->
        [one] <b>One wallet</b>
       *[other] <b>{ $count } wallets</b>
    }
console-wallets-title-paged = <b>{ $count } wallets</b> (page { $page } of { $pages })
console-wallet-summary = <b>{ $wallet }</b> · { $chain } · { $network }
console-wallet-address = Address: <code>{ $address }</code>
console-wallet-users = Agents that use it: { $agents }
console-wallet-unused = No agent uses it. On the machine: <code>waiaas agent wallet add AGENT WALLET</code>
console-wallet-terminated = Removed for good: no session reaches it any more.
console-page = (page { $page } of { $pages })
console-audit-title = <b>Audit trail</b>
console-audit-title-agent = <b>Audit trail of { $agent }</b>
console-audit-none = Nothing has been recorded yet.
console-audit-unknown-agent = There is no agent “{ $name }”. /agents shows all of them.
console-audit-when = { $when } · { $by }
console-audit-brief = • { $when }: { $what } ({ $by })
console-audit-by-agent = the agent
audit-session-created = Session created
audit-session-renewed = Session renewed, renewal { $count }
audit-session-revoked = Session ended: { $why }
audit-session-expired = Session expired
audit-sessions-purged = Old sessions deleted: { $count }
audit-session-delivered = Token file written
audit-session-wallet-linked = Wallet added to the session: { $wallet }
audit-session-wallet-unlinked = Wallet taken from the session: { $wallet }
audit-session-default-wallet-changed = Default wallet of the session: { $wallet }
audit-token-reused = An old token was used from { $from }
audit-token-reuse-acknowledged = Use of the old token confirmed as the owner’s
audit-agent-created = Agent added
audit-agent-suspended = Agent suspended
audit-agent-resumed = Agent resumed
audit-agent-terminated = Agent removed
audit-agent-defaults-changed = Default limits changed
audit-agent-wallet-linked = Wallet for future sessions: { $wallet }
audit-agent-wallet-unlinked = No longer for future sessions: wallet { $wallet }
audit-agent-default-wallet-changed = Default wallet of future sessions: { $wallet }
audit-wallet-created = Wallet added: { $wallet }
audit-wallet-terminated = Wallet removed: { $wallet }
audit-kill-switch-activated = Kill switch turned on
audit-kill-switch-recovered = Kill switch turned off
audit-keys-rotated = Signing key changed
audit-database-restore-frozen = Restored database found, every session frozen
audit-database-restore-confirmed = Restored database confirmed
audit-pairing-code-created = Pairing code made
audit-claim-code-issued = Claim code made
audit-session-claimed = Session claimed with its code from { $from }
audit-claim-reused = A used claim code was tried again from { $from }
audit-claim-refused = Wrong claim code from { $from }
audit-operator-paired = May use the console: { $user }
audit-operator-removed = May no longer use the console: { $user }
audit-pairing-refused = Wrong pairing code from { $user }
audit-role-refused = Refused, the role does not allow it: { $user }
audit-console-refused = Stranger refused: { $user }
audit-notification-dead-lettered = Alert given up: { $why }

console-help =
    <b>What you can do here</b>
    /newsession [agent] – give an agent a session
    /sessions – live sessions and their details
    /revoke [id] – end a session
    /agents – agents and their details
    /wallets – wallets, their addresses, and who uses them
    /audit [agent] – what happened, newest first
    /status – how waiaas is doing
    /killswitch – stop every agent at once
    /notify – what you hear here, quiet hours, time zone
    /language – English or 한국어
    /whoami – your ids, for the configuration
    /help – this list
    On the machine itself, <code>waiaas --help</code> shows the rest.
console-greeting = Hello { $name }, this chat is paired.
console-hint = I know commands only. /help shows them.
console-whoami-user = User: <code>{ $id }</code>
console-whoami-chat = Chat: <code>{ $id }</code>
console-whoami-topic = Topic: <code>{ $id }</code>
console-whoami-paired = This chat is paired. Role: { $role }
console-whoami-group = You are paired. Role: { $role }
console-whoami-stranger = This chat is not paired. On the machine that runs waiaas: <code>waiaas pair</code>
console-paired = ✅ Paired as { $role }. You will hear here when sessions begin, renew and end.
console-already-paired = This chat was paired already, as { $role }. The code is used up.
console-pairing-refused = This code does not work: it is wrong, used or too old. Get a new one on the machine: <code>waiaas pair</code>
console-pairing-too-many = Too many wrong codes. Try again in an hour, with a new code: <code>waiaas pair</code>
console-refusal = This bot is private. /whoami shows your ids.
console-refusal-group = This bot answers paired people only.
console-code-in-group = Codes belong in the private chat with me, where nobody else reads them. It was not used. Others here may have read it: get a new one on the machine: <code>waiaas pair</code>
console-toast-not-yours = This button is not for you.
console-toast-used = This has been decided already.
console-toast-expired = This button has expired.
console-toast-claim-in-group = A claim code is a secret, and others here would read it. Send /newsession in the private chat with me.
console-reuse-acknowledged = <b>{ $agent }</b> · <code>{ $session }</code>: it was the owner, says { $by }, { $hour }. The session goes on.

console-menu-newsession = Give an agent a session
console-menu-sessions = Live sessions
console-menu-revoke = End a session
console-menu-agents = Agents
console-menu-wallets = Wallets
console-menu-audit = What happened, newest first
console-menu-killswitch = Stop every agent
console-menu-status = How waiaas is doing
console-menu-help = What you can do here
console-menu-start = Pair with a code
console-menu-whoami = Your ids
console-menu-notify = What you hear here, and when
console-menu-language = English or 한국어

# What each reader chooses

console-role-viewer = viewer
console-role-operator = operator
console-role-owner = owner
console-role-refusal = This needs another role: { $role }. /help shows what you can do here.
console-toast-role = This needs another role: { $role }.
console-next-issue = /newsession gives an agent a session, /help shows the rest.
console-next-look = /sessions shows the live sessions, /help shows the rest.
console-no-sessions-look = No live sessions.
console-notify-title = <b>What you hear here</b>
console-notify-legend = 🔔 with a sound · 🔕 without a sound · 🚫 not at all. A tap changes it. What adds power, or takes this console from somebody, is always told.
console-notify-critical = 🚨 Critical alerts always come through, with a sound, at any hour.
console-notify-quiet = Quiet hours: { $from }–{ $to }. Nothing is held back, it only makes no sound.
console-notify-no-quiet = Quiet hours: none
console-notify-summary = Daily summary: at { $at }
console-notify-no-summary = Daily summary: none
console-notify-ask-summary = At which hour shall the summary of the last 24 hours come? It comes every day.
console-button-summary = Daily summary
console-button-no-summary = No summary
console-notify-zone = Time zone: { $zone }, now { $hour }
console-notify-ask-from = Quiet hours: from when? They come every day.
console-notify-ask-to = Quiet hours from { $from }: until when?
console-notify-ask-zone =
    Which time zone? Dates and quiet hours follow it.
    Another one: send its name, such as <code>/notify America/Lima</code>
console-notify-unknown-zone = There is no time zone “{ $name }”. Names look like this: <code>/notify Asia/Seoul</code>
console-button-quiet-hours = Quiet hours
console-button-no-quiet = No quiet hours
console-button-time-zone = Time zone
notify-session-created = New session
notify-session-claimed = Claim code used
notify-session-renewed = Renewal
notify-session-renewal-rejected = Renewal rejected
notify-session-revoked = Session revoked
notify-session-expiring-soon = Session ends soon
notify-session-expired = Session expired
notify-kill-switch-recovered = Kill switch off
notify-operator-removed = Person removed
notify-power-added = More power: people, keys, limits
console-summary-title = ☀️ <b>The last 24 hours</b>
console-summary-sessions = Sessions: { $live } live now · { $created } new · { $revoked } revoked · { $expired } expired
console-summary-renewals = Renewals: { $count }
console-summary-next-expiry = First to expire unless renewed: <b>{ $agent }</b>, { $when }
console-summary-next-end = First to end for good: <b>{ $agent }</b>, { $when }
console-summary-nothing-unusual = Nothing unusual.
console-summary-kill-switch = 🛑 The kill switch is on.
console-summary-reused =
    { $count ->
        [one] 🚨 One token or claim code was used a second time: see /audit.
       *[other] 🚨 { $count } tokens or claim codes were used a second time: see /audit.
    }
console-summary-refused =
    { $count ->
        [one] ⛔ One try by somebody who may not: see /audit.
       *[other] ⛔ { $count } tries by somebody who may not: see /audit.
    }
console-summary-given-up =
    { $count ->
        [one] 📭 One alert could not be delivered. On the machine: <code>waiaas notify log</code>
       *[other] 📭 { $count } alerts could not be delivered. On the machine: <code>waiaas notify log</code>
    }
console-language-ask = In which language shall I write to you? Nothing changes for others.
console-language-chosen = From now on I write to you in English, alerts and menus too.

# Alerts

alert-created = 🆕 <b>{ $agent }</b> has a new session <code>{ $session }</code>, created { $source }.
alert-source-telegram = in Telegram
alert-source-machine = on the machine
alert-renewed =
    🔄 <b>{ $agent }</b> renewed its session <code>{ $session }</code>: { $count }/{ $max }
    Expires: { $expires }
    Absolute life left: { $left }
    Not expected? Reject it by { $until }: the session then ends.
alert-button-reject = Reject
alert-renewal-rejected =
    🛑 The renewal { $count }/{ $max } of <b>{ $agent }</b> was rejected by { $by }: session <code>{ $session }</code> has ended.
    { $when }
alert-revoked =
    ⏹ Session <code>{ $session }</code> of <b>{ $agent }</b> was revoked by { $by }, { $when }.
    Reason: { $why }
alert-reason-manual = revoked by hand
alert-reason-renewal-rejected = its renewal was rejected
alert-reason-replaced = a new session took its token file
alert-reason-handover-failed = its token file could not be written
alert-reason-token-reused = an old token of it was used again
alert-reason-agent-terminated = its agent was removed
alert-reason-wallet-terminated = its last wallet was removed
alert-reason-kill-switch = the kill switch ended every session
alert-reason-keys-revoked = the signing keys were revoked
alert-expiring-soon =
    ⏳ The session <code>{ $session }</code> of <b>{ $agent }</b> ends soon: { $cause }
    Token expires: { $expires }
    Ends for good: { $absolute }
    Renewals left: { $left }/{ $max }
alert-cause-near-end = few renewals or little time are left.
alert-cause-agent-stopped = its agent has stopped renewing.
alert-expired =
    ⌛ The session <code>{ $session }</code> of <b>{ $agent }</b> has expired: { $when }
    Last seen: { $seen }
alert-token-reused =
    🚨 An old token of <b>{ $agent }</b> (session <code>{ $session }</code>) was used from { $from }, { $when }.
    Somebody may have a copy of it. If it was not you, revoke the session.
alert-token-reused-ended =
    🚨 An old token of <b>{ $agent }</b> was used from { $from }, { $when }.
    Somebody may have a copy of it. Session <code>{ $session }</code> was ended at once.
alert-button-mine = It was me
alert-kill-switch-activated =
    { $count ->
        [0] 🚨 <b>Kill switch on</b>, by { $by }, { $when }. Every agent is refused.
        [one] 🚨 <b>Kill switch on</b>, by { $by }, { $when }. Every agent is refused, and one session was ended.
       *[other] 🚨 <b>Kill switch on</b>, by { $by }, { $when }. Every agent is refused, and { $count } sessions were ended.
    }
alert-kill-switch-recovered = 🟢 Kill switch off: agents may act again. By { $by }, { $when }.
alert-database-frozen =
    🚨 The database is older than what waiaas remembers. Every session is frozen, so that nothing revoked comes back to life.
    { $when }
    If you restored a backup, confirm it on the machine: <code>waiaas db confirm-restore</code>
alert-power-added =
    🔑 { $what } { $subject }
    By { $by }, { $when }. Not you? Check the machine that runs waiaas.
alert-channel-test =
    🧪 Test alert for <b>{ $channel }</b>: this is how alerts arrive here. Nothing has happened.
    Asked for by { $by }, { $when }.
alert-channel-telegram = Telegram
alert-channel-discord = Discord
alert-channel-ntfy = ntfy
alert-by-daemon = waiaas
alert-by-machine = the machine
alert-by-pairing-code = a pairing code
alert-by-configuration = the configuration
alert-power-signing-key = New signing key:
alert-power-agent-limits = Other default limits for the agent:
alert-power-agent-resumed = The agent may act again:
alert-power-agent-wallet = Wallet for future sessions:
alert-power-session-wallet = Wallet added to a live session:
alert-power-pairing-code = A pairing code was made; whoever sends it to this bot may use the console.
alert-operator-removed = 👤 { $name } may no longer use this console. By { $by }, { $when }.
alert-power-viewer = A person may now look on in this console, as viewer:
alert-power-operator = A person may now use this console, as operator:
alert-power-owner = A person may now do everything in this console, as owner:
alert-power-restored-database = A restored database is in use again.

# Demo

demo-owner = You
demo-introduction =
    The chat:      { $page }
    Data:          { $dir }
    Agents' door:  { $door }
    The daemon's clock goes { $speed } times as fast as yours; its rules are the usual ones.

    Beside the chat stands what there is to try:
      /newsession, tap trader, tap Change or Create: the agent finds its token file and starts to work.
      /newsession, tap scout, tap For another machine: a code, which you carry over to scout.
      /agents with Suspend and Undo, /notify, /language, /killswitch, /wallets, /audit.
      Wait: watcher renews its session, with an alert each time, until no renewal is left.
      /sessions, tap one, tap Revoke and confirm: the agent's very next request is refused.
    Try in another terminal:
      { $program } --data-dir { $dir } session list

    Ctrl-C ends the demo.
demo-browser-opened = The chat has been opened in your browser.
demo-open-it = Open the chat's address in a browser on this machine.
demo-closing = Stopping…
demo-removed = Stopped; the data directory is removed.
demo-kept = Stopped; the data directory is kept: { $dir }
demo-visit-complete = The visit is complete.

demo-fact-time = { $minutes } minutes pass
demo-fact-token-file = { $path } has mode { $mode }; GET /v1/session with its token: 200, agent { $agent }, wallets { $wallets }
demo-fact-old-token = GET /v1/session with the token from before the renewal: { $code }
demo-fact-limit = another renewal: RENEWAL_LIMIT_REACHED; the token works until it expires
demo-fact-revoked = the next request of { $agent }: SESSION_REVOKED
demo-fact-audit = the audit chain is intact, { $entries } entries

demo-note-title = Things to try
demo-note-clock = The daemon's clock goes { $speed } times as fast as yours, so what it dates runs ahead.
demo-note-waiting = `{ $agent }` has no token. Send `/newsession` and tap its name.
demo-note-working = `{ $agent }` works with session `{ $session }`: renewals { $count }/{ $max }, token until { $time } UTC.
demo-note-token-file = Its token file: `{ $path }`, mode `{ $mode }`.
demo-note-last-unit = No further renewal: `{ $code }`. The token works until it expires.
demo-note-ended = `{ $agent }` was refused with `{ $code }` and waits for another token.
demo-note-troubled = `{ $agent }` tries again: { $reason }
demo-note-agents = What the agents do
demo-note-waiting-elsewhere = `{ $agent }` is on another machine and has no token. It waits for a claim code.
demo-note-stopped = `{ $agent }` is refused: the kill switch is on. Its session goes on when it is lifted.
demo-note-suspended = `{ $agent }` is refused: you have suspended it.
demo-lift-kill-switch = The kill switch is on, and no phone can lift it. In another terminal: { $program } --data-dir { $dir } killswitch off
demo-field-label = The code for scout
demo-field-button = Hand over
demo-claim-none = The same code a second time is refused, and you are alarmed.
demo-claim-done = scout has its token. Hand the same code over again and see the alarm.
demo-claim-no-code = This is not a claim code; nothing was sent. Copy it once more from the chat.
demo-claim-refused = The daemon has refused the code: `{ $code }`.
demo-claim-failed = The code could not be redeemed. The terminal says more.
demo-try-session = `/newsession`, then trader: Change the number of renewals, then Create.
demo-try-claim = `/newsession`, then scout and “For another machine”: a code instead of a file. Tap the code to copy it and hand it over within { $seconds } s.
demo-try-agents = `/agents`, then trader: Suspend it, and Undo it in time.
demo-try-notify = `/notify`: make an event silent, set quiet hours.
demo-try-language = `/language`: to Korean and back, menu and alerts included.
demo-try-kill-switch = `/killswitch`: every agent is refused on its next request. Only the machine can lift it, as below.
demo-try-look = `/sessions`, `/wallets`, `/audit`, `/status`: who may do what, and who did what. Revoke whatever you like.
demo-fact-claimed = the other machine redeems the code: { $agent } has its token there
demo-fact-claim-refused = the same code a second time: { $code }
demo-fact-suspended = the next request of { $agent } is refused: suspended
demo-fact-goes-on = { $agent } works again
demo-fact-stopped = the next request of { $agent } is refused: the kill switch is on
demo-fact-lifted = on the machine: waiaas killswitch off
demo-note-machine = In a terminal
demo-note-lift = `{ $program } --data-dir { $dir } killswitch off`: lifts the kill switch.
demo-note-claim = `{ $program } mcp claim CODE --base-url { $url } --data-dir { $dir }`: redeems a code as scout, like the field above.
demo-note-door = Agents' door: `{ $url }`
demo-note-terminal = `{ $program } --data-dir { $dir } session list`: everything a phone can see, and more. `{ $program } --help` shows the rest.

# waiaas mcp
cli-mcp-head-lock = LOCK
cli-mcp-head-mode = MODE
cli-mcp-head-next-renewal = NEXT RENEWAL
cli-mcp-head-pending = RENEWAL KEY
cli-mcp-head-refused = REFUSED
cli-mcp-head-session = SESSION
cli-mcp-serve-listen = The daemon listens on { $listen }, and a session token is not sent there in the clear.
cli-mcp-serve-listen-hint = Pass the address of the TLS proxy in front of it: --base-url https://…
cli-mcp-serve-terminal = An MCP client starts this command and speaks JSON-RPC with it; nothing typed here makes sense to it. Press Ctrl-D to end it, and run `waiaas mcp setup` to connect a client.
cli-mcp-status-daemon-problem = The daemon could not be asked: { $problem }
cli-mcp-status-locked = held by a process right now
cli-mcp-status-no-renewal = none: the session will not be renewed
cli-mcp-status-none = There is no token file in { $dir }. Run `waiaas mcp setup`, or send /newsession to the bot.
cli-mcp-status-pending-begun = of a renewal that was begun; the MCP server finishes it
cli-mcp-status-pending-foreign = of another token; the MCP server removes it
cli-mcp-status-pending-none = none, no renewal is under way
cli-mcp-status-pending-refused = refused; run `waiaas doctor`
cli-mcp-status-unlocked = free

# Claim codes

console-button-another-machine = For another machine
console-claim-title = 🎟 A session for <b>{ $agent }</b> waits to be claimed on another machine.
console-claim-code =
    Code: <code>{ $code }</code>
    Valid { $span }, once: until { $hour }
console-claim-command = On that machine: <code>waiaas mcp claim { $code } --base-url https://…</code>
console-claim-warning = Whoever has the code can act as the agent. A second try alarms you.
console-claim-used = ✅ <b>{ $agent }</b> has its session <code>{ $session }</code> on another machine: claimed { $hour } from { $from }.
console-claim-ran-out = ⌛ Nobody used the code for <b>{ $agent }</b> in time. Session <code>{ $session }</code> has ended.
alert-claimed =
    🎟 <b>{ $agent }</b> claimed its session <code>{ $session }</code> from { $from }, { $when }.
    Not expected? Revoke it.
alert-claim-reused =
    🚨 A claim code of <b>{ $agent }</b> (session <code>{ $session }</code>) was tried a second time, from { $from }, { $when }.
    It was first used from { $first }, { $before }. If either was not your agent, somebody has seen the code: revoke the session.
alert-reason-claim-expired = its claim code was never used
cli-session-claim-once = The code is shown this once. It works once, and until { $until }; whoever has it can act as the agent:
cli-session-claim-command = On the other machine, with the address at which it reaches this daemon: waiaas mcp claim CODE --base-url https://…
cli-mcp-claim-again-hint = Run the same command again: it goes on where this one ended, as long as the code is valid.
cli-mcp-claim-done =
    Session { $session } for { $agent }
    Token ends { $expires }
    The token is in { $file }
cli-mcp-claim-former = The file held session { $session } before. It lives on until it expires or the owner ends it: waiaas session revoke { $session }
cli-mcp-claim-invalid = The code does not work: it is wrong, was used before, or came too late.
cli-mcp-claim-invalid-hint = Ask the owner for a new code. If nobody here has used this one, say so: somebody else may have.
cli-mcp-claim-mistyped = This is not a claim code.
cli-mcp-claim-mistyped-hint = Copy it once more from where the owner was shown it. It was not sent to anybody.
cli-mcp-claim-not-stored = The code was redeemed, but the token could not be written.
cli-mcp-claim-serve = Let the MCP client of the agent start this:
cli-mcp-claim-unreachable = The daemon at { $url } did not answer.
cli-mcp-claim-unused-hint = The code was not sent and is still good.
cli-mcp-claim-unwritable = A token could not be kept here.

# Channels, and who does what

cli-by-machine = the machine ({ $user })
channel-telegram = Telegram
channel-discord = Discord
channel-ntfy = ntfy
channel-state-off = off
channel-state-starting = starting
channel-state-ok = ok
channel-state-conflict = in conflict
channel-state-undelivered = not delivered
channel-state-unauthorized = refused
channel-state-unreachable = not reachable
channel-state-standby = standing by; another daemon on this database speaks with it
