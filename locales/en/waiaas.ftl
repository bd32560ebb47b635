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
cli-head-chat = CHAT
cli-head-created = CREATED
cli-head-details = DETAILS
cli-head-event = EVENT
cli-head-expires = EXPIRES
cli-head-id = ID
cli-head-key = KEY
cli-head-last-renewed = LAST RENEWED
cli-head-last-used = LAST USED
cli-head-name = NAME
cli-head-network = NETWORK
cli-head-paired = PAIRED
cli-head-reason = REASON
cli-head-renewals = RENEWALS
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
cli-agent-resumed = Agent { $name } may go on.
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
cli-session-token-once = The token is shown this once and cannot be shown again. Whoever has it is the agent:

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

cli-pair-code = Send this to the bot until { $until }: /start { $code }
cli-pair-done = Paired with { $name }.
cli-pair-expired = Nobody used the code in time
cli-pair-expired-hint = Run `waiaas pair` again.
cli-pair-interrupted = Stopped waiting. The code stays good until { $until }.
cli-pair-link = Open the link on your phone, or point its camera at the picture, until { $until }. It works once.
cli-pair-none = Nobody is paired yet. Pair a phone: waiaas pair
cli-pair-remove-ask = Take the console away from user { $user }?
cli-pair-removed = { $name } may no longer use the console.
cli-pair-waiting = Waiting for the phone; Ctrl-C stops waiting.

cli-config-right = The configuration for { $dir } is right.
cli-secret-in-arguments = The bot token may not be given by a flag, since other users can read a program's arguments
cli-secret-in-arguments-hint = Put it into a file of mode 0600 and set telegram.bot_token_file, or use WAIAAS_TELEGRAM__BOT_TOKEN.

cli-db-backed-up = The database is copied to { $file } ({ $bytes } bytes). Keep master.key too, but apart from it: together they can mint tokens.
cli-db-backup-exists = { $file } exists already
cli-db-backup-exists-hint = Name a file that does not exist; a backup never overwrites another.
cli-db-backup-failed = The database could not be copied to { $file }
cli-db-confirm-ask = Let the restored database serve? Sessions that were ended after the backup was made come back to life.
cli-db-confirmed = The restored database serves again.
cli-db-migrated = { $count ->
        [0] The database has every step already.
        [one] { $count } step was applied.
       *[other] { $count } steps were applied.
    }
cli-db-missing = There is no database at { $file }
cli-db-newer = from a newer version
cli-db-not-frozen = Nothing was frozen; there is nothing to confirm.
cli-db-pending = pending

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
      2. { $program } wallet add NAME --chain evm --network base --address 0x…
      3. { $program } agent add NAME --wallet NAME
      4. { $program } session create --agent NAME
    For the Telegram console, make a bot with @BotFather and set telegram.bot_token_file in config.toml.
cli-init-next-owner =
    Next:
      1. { $program } run
      2. { $program } wallet add NAME --chain evm --network base --address 0x…
      3. { $program } agent add NAME --wallet NAME
      4. Send /newsession to your bot.
cli-init-next-pair =
    Next:
      1. { $program } run
      2. { $program } pair
      3. { $program } wallet add NAME --chain evm --network base --address 0x…
      4. { $program } agent add NAME --wallet NAME
      5. Send /newsession to your bot.
cli-init-no-terminal = init asks questions, and this is no terminal
cli-init-no-terminal-hint = Pass --non-interactive, and what you want to set as flags.
cli-init-rewritten = The configuration in { $dir } is written anew.
cli-init-warning = Beware: an agent that runs as this same user can read everything here, also every token and the admin socket. Run agents as another user. Whatever adds power on this machine is told in the chat.
