# 데몬의 응답: 오류 코드마다 메시지가 하나씩 있고, 해결할 방법이 있으면 힌트가 따릅니다.
# `<key>-hint`는 해결 방법이고, 비슷한 이름을 알 때는 `<key>-nearest`가 대신 쓰입니다.

error-auth-token-missing = 세션 토큰이 없습니다.
error-auth-token-missing-hint = "Authorization: Bearer wai_sess_…" 헤더를 보내세요.

error-auth-token-invalid = 세션 토큰이 올바르지 않습니다.
error-auth-token-invalid-hint = 갱신으로 교체되었거나 복사하다가 잘렸을 수 있습니다. 토큰 파일을 다시 읽거나 소유자에게 새 세션을 요청하세요.

error-auth-token-expired = 세션 토큰이 만료되었습니다.
error-auth-token-expired-hint = 만료되기 전에 갱신하거나 소유자에게 새 세션을 요청하세요.

error-session-revoked = 종료된 세션입니다.
error-session-revoked-hint = 소유자에게 새 세션을 요청하세요.

error-session-not-found = 해당 세션이 없습니다.
error-session-not-found-hint = `waiaas session list --state all` 명령으로 모든 세션을 볼 수 있습니다.

error-agent-not-found = 해당 에이전트가 없습니다.
error-agent-not-found-hint = `waiaas agent list` 명령으로 모든 에이전트를 볼 수 있습니다.
error-agent-not-found-nearest = 혹시 "{ $nearest }"인가요?

error-wallet-not-found = 여기에는 해당 지갑이 없습니다.
error-wallet-not-found-hint = `waiaas wallet list` 명령으로 모든 지갑을, `waiaas session show` 명령으로 세션에 연결된 지갑을 볼 수 있습니다.
error-wallet-not-found-nearest = 혹시 "{ $nearest }"인가요?

error-operator-not-found = 이 ID로 연결된 사람이 없습니다.
error-operator-not-found-hint = `waiaas pair list` 명령으로 연결된 사람을 모두 볼 수 있습니다.

error-channel-not-found = "{ $channel }" 채널이 없습니다.
error-channel-not-found-hint =
    { $count ->
        [0] 쓸 수 있는 채널은 telegram, discord, ntfy이며, 설정된 채널은 없습니다.
       *[other] 쓸 수 있는 채널은 telegram, discord, ntfy이며, 설정된 채널은 { $configured }입니다.
    }
error-channel-not-found-nearest =
    { $count ->
        [0] 혹시 "{ $nearest }"인가요? 설정된 채널은 없습니다.
       *[other] 혹시 "{ $nearest }"인가요? 설정된 채널: { $configured }
    }

error-channel-not-configured =
    { $channel ->
        [any] 설정된 알림 채널이 없습니다.
       *[other] { $channel } 채널이 설정되어 있지 않습니다.
    }
error-channel-not-configured-hint =
    { $count ->
        [0] 다음 중 하나를 설정한 뒤 데몬을 다시 시작하세요: { $settings }
       *[other] { $settings } 값을 설정한 뒤 데몬을 다시 시작하세요. 설정된 채널: { $configured }
    }

error-notification-not-found = 알림 기록에 해당 사건이 없습니다.
error-notification-not-found-hint = `waiaas notify log` 명령으로 기록을 볼 수 있습니다. 30일이 지난 알림은 지워집니다.

error-renewal-limit-reached =
    { $max ->
        [0] 갱신할 수 없도록 만들어진 세션입니다.
       *[other] 이 세션의 갱신 { $max }회를 모두 사용했습니다.
    }
error-renewal-limit-reached-hint = 토큰은 만료될 때까지 쓸 수 있습니다. 그 전에 소유자에게 새 세션을 요청하세요.

error-session-absolute-lifetime-exceeded = 갱신하면 이 세션의 최종 만료 시각({ $end })을 넘게 됩니다.
error-session-absolute-lifetime-exceeded-hint = 토큰은 만료될 때까지 쓸 수 있습니다. 그 전에 소유자에게 새 세션을 요청하세요.

error-session-renewal-mismatch = 토큰의 세션과 경로의 세션이 다릅니다.
error-session-renewal-mismatch-hint = GET /v1/session으로 토큰이 어느 세션의 것인지 알 수 있습니다.

error-renewal-too-early = 아직 갱신할 수 없습니다. { $seconds }초 뒤에 다시 시도하세요.
error-renewal-too-early-hint = 토큰 유효 시간의 절반이 지나야 갱신됩니다.

error-renewal-conflict = 다른 갱신이 이미 이 토큰을 교체했습니다.
error-renewal-conflict-hint = 토큰 파일을 다시 읽으세요. 응답을 받지 못한 갱신을 되풀이하려면 같은 Idempotency-Key를 보내세요.

error-session-limit-exceeded = 이 에이전트에는 활성 세션이 이미 { $limit }개 있어 더 만들 수 없습니다.
error-session-limit-exceeded-hint = `waiaas session revoke`로 하나를 종료하거나, 기존 세션을 교체하거나, security.max_sessions_per_agent 값을 높이세요.

error-constraint-violated =
    { $constraint ->
        [expires_in] 갱신 단위(초)
        [max_renewals] 갱신 횟수
        [max_transactions] 거래 횟수
        [max_amount_per_tx] 거래당 금액
        [max_total_amount] 총금액
        [allowed_operations] 허용 작업
        [allowed_destinations] 허용 주소
       *[other] { $constraint }
    } 제한을 넘었습니다. 고른 값: { $value ->
        [unlimited] 무제한
        [all] 전체
       *[other] { $value }
    }, 허용 한도: { $ceiling }
error-constraint-violated-hint = 더 작은 값을 고르거나, 데몬이 있는 컴퓨터에서 `waiaas agent defaults` 명령으로 제한을 높이세요.

error-wallet-access-denied = 이 세션은 그 지갑을 쓸 수 없습니다.
error-wallet-access-denied-hint = GET /v1/wallets로 이 세션의 지갑을 볼 수 있습니다. 소유자는 `waiaas session wallet add` 명령으로 지갑을 추가할 수 있습니다.

error-wallet-already-linked = 이미 연결된 지갑입니다.

error-cannot-remove-default-wallet = 다른 지갑이 연결되어 있는 동안에는 기본 지갑을 제거할 수 없습니다.
error-cannot-remove-default-wallet-hint = 먼저 `waiaas session wallet default` 또는 `waiaas agent wallet default` 명령으로 다른 지갑을 기본으로 정하세요.

error-session-requires-wallet = 세션에는 지갑이 하나 이상 필요합니다.
error-session-requires-wallet-hint = `waiaas wallet add NAME --chain CHAIN --network NETWORK --address ADDRESS` 명령으로 지갑을 추가한 다음, `waiaas agent wallet add AGENT WALLET` 명령으로 에이전트에 연결하세요.
error-session-requires-wallet-named = 에이전트 "{ $agent }"에 지갑이 없습니다. `waiaas wallet add NAME --chain CHAIN --network NETWORK --address ADDRESS` 명령으로 지갑을 추가한 다음, `waiaas agent wallet add { $agent-argument } WALLET` 명령으로 연결하세요.

error-agent-suspended = 정지된 에이전트입니다.
error-agent-suspended-hint = 소유자가 `waiaas agent resume` 명령으로 정지를 해제할 수 있습니다.

error-agent-terminated = 완전히 제거된 에이전트입니다.
error-agent-terminated-hint = `waiaas agent add` 명령으로 새 에이전트를 추가하세요. 한 번 쓴 이름은 다시 쓸 수 없습니다.

error-wallet-terminated = 완전히 제거된 지갑입니다.
error-wallet-terminated-hint = `waiaas wallet add` 명령으로 새 지갑을 추가하세요. 한 번 쓴 이름은 다시 쓸 수 없습니다.

error-request-invalid = 요청이 올바르지 않습니다.
error-request-invalid-hint = 어디가 잘못되었는지는 details.issues에 있습니다.

error-idempotency-key-invalid = Idempotency-Key 헤더가 올바르지 않습니다.
error-idempotency-key-invalid-hint = 화면에 보이는 ASCII 문자 16~64자를 한 번만 보내세요. 따옴표는 있어도 되고 없어도 됩니다.

error-claim-invalid = 코드를 쓸 수 없습니다. 틀렸거나, 이미 쓰였거나, 기한이 지났습니다.
error-claim-invalid-hint = 소유자에게 새 코드를 요청하세요.

error-admin-access-denied = 현재 사용자는 관리 소켓을 쓸 수 없습니다.
error-admin-access-denied-hint = 데몬을 실행한 사용자나 root로 명령을 실행하세요.

error-token-file-unwritable = 토큰 파일을 쓸 수 없어 세션을 만들지 못했습니다. { $reason }
error-token-file-unwritable-hint = 원인을 해결한 뒤 다시 시도하세요.

error-route-not-found = 이 주소에는 아무것도 없습니다.
error-route-not-found-hint = GET /openapi.json에서 모든 경로를 볼 수 있습니다.

error-method-not-allowed = 이 주소에서는 그 메서드를 쓸 수 없습니다.
error-method-not-allowed-hint = Allow 헤더에 쓸 수 있는 메서드가 있습니다.

error-body-too-large = 요청 본문이 너무 큽니다. 최대 { $max }바이트입니다.

error-request-timeout = 요청이 너무 오래 걸려 중단했습니다.
error-request-timeout-hint = 다시 시도하세요. 갱신은 같은 Idempotency-Key로 되풀이하세요.

error-rate-limited = 요청이 너무 많습니다. { $seconds }초 뒤에 다시 시도하세요.

error-system-locked =
    { $reason ->
        [restored_database] 데이터베이스가 이전 백업으로 되돌려져 모든 세션이 동결되었습니다.
       *[kill_switch] 긴급 차단이 켜져 있어 에이전트의 요청을 모두 거부합니다.
    }
error-system-locked-hint =
    { $reason ->
        [restored_database] 데몬이 있는 컴퓨터에서 세션을 확인한 뒤 `waiaas db confirm-restore` 명령을 실행하세요.
       *[kill_switch] 데몬이 있는 컴퓨터에서 `waiaas killswitch off` 명령을 실행하세요.
    }

error-storage-unavailable = 지금은 데이터베이스가 응답하지 않습니다.
error-storage-unavailable-hint = 잠시 뒤에 다시 시도하고, 계속되면 디스크 공간과 `waiaas status`를 확인하세요.

error-internal = 데몬에서 문제가 발생했습니다.
error-internal-hint = 원인은 데몬 로그에서 이 요청 ID로 찾을 수 있습니다.

# 요청에서 잘못된 점: "name: 빠졌습니다"처럼 위치 이름 뒤에 붙습니다.

issue-missing = 빠졌습니다
issue-given-twice = 두 번 지정되었습니다
issue-not-json = 올바른 JSON이 아닙니다({ $line }행 { $column }열)
issue-not-sent-as-json = Content-Type: application/json 헤더와 함께 JSON으로 보내야 합니다
issue-cut-short = 끝까지 전송되지 않았습니다
issue-wrong-form = 형식이 올바르지 않습니다
issue-wrong-parameter-form = 매개변수 하나의 형식이 올바르지 않습니다
issue-wrong-query-form = name=value&… 형식이 아닙니다
issue-wanted-text = 문자열이어야 합니다
issue-wanted-flag = true 또는 false여야 합니다
issue-wanted-list = 목록이어야 합니다
issue-wanted-integer = 정수여야 합니다
issue-wanted-natural = 0 이상의 정수여야 합니다
issue-wanted-object = 객체여야 합니다
issue-wanted-id = 0190a8f2-0000-7000-8000-000000000000 같은 ID여야 합니다
issue-unknown-field = 알 수 없는 필드입니다. 쓸 수 있는 필드: { $known }
issue-unknown-field-near = 알 수 없는 필드입니다. 혹시 { $nearest }인가요?
issue-unknown-field-none = 알 수 없는 필드입니다. 여기에는 쓸 수 있는 필드가 없습니다
issue-unknown-parameter = 알 수 없는 매개변수입니다. 쓸 수 있는 매개변수: { $known }
issue-unknown-parameter-near = 알 수 없는 매개변수입니다. 혹시 { $nearest }인가요?
issue-unknown-parameter-none = 여기에는 쓸 수 있는 매개변수가 없습니다
issue-too-many-parameters = 매개변수는 { $max }개까지 쓸 수 있습니다
issue-not-in-range = { $value } 값이 범위({ $min }–{ $max })를 벗어났습니다
issue-past-lifetime = { $value } 값이 범위({ $min }–{ $max })를 벗어났습니다. 세션의 최종 만료보다 길 수 없습니다
issue-not-a-number-in = { $min }–{ $max } 범위의 정수여야 합니다
issue-not-one-of = 다음 중 하나여야 합니다: { $words }
issue-not-known = 알 수 없는 값입니다. 혹시 { $nearest }인가요?
issue-not-an-amount = "{ $shown }" 값은 { $max }자리 이하의 10진 정수가 아닙니다
issue-empty-set = 비워 둘 수 없습니다. 모두 허용하려면 이 항목을 빼세요
issue-too-many-entries = 항목이 { $count }개입니다. { $max }개까지 쓸 수 있습니다
issue-bad-entry = 각 항목은 화면에 보이는 ASCII 문자 1–{ $max }자여야 합니다
issue-entry-twice = 같은 항목이 두 번 있습니다
issue-name-empty = 비워 둘 수 없습니다
issue-name-padded = 앞뒤에 공백을 둘 수 없습니다
issue-name-too-long = { $characters }자, { $bytes }바이트를 넘을 수 없습니다
issue-name-forbidden = 제어 문자나 글자 방향을 바꾸는 문자를 쓸 수 없습니다(발견: { $found })
issue-agent-name-taken = 다른 에이전트가 쓰는 이름입니다. 한 번 쓴 이름은 다시 쓸 수 없습니다
issue-wallet-name-taken = 다른 지갑이 쓰는 이름입니다. 한 번 쓴 이름은 다시 쓸 수 없습니다
issue-bad-network = 영문 소문자, 숫자, 하이픈으로 1–32자여야 합니다
issue-unknown-chain = evm 또는 solana여야 합니다
issue-evm-form = evm 주소는 0x와 16진수 40자리여야 합니다
issue-evm-checksum = 대소문자가 EIP-55 체크섬과 맞지 않습니다. 잘못 입력한 글자가 있을 수 있습니다
issue-solana-form = solana 주소는 32바이트를 나타내는 base58 문자열이어야 합니다
issue-at-most = { $max }개까지 쓸 수 있습니다
issue-at-most-wallets = 지갑은 { $max }개까지 쓸 수 있습니다
issue-wallet-twice = 같은 지갑이 두 번 있습니다
issue-named-twice = "{ $name }" 지갑이 두 번 있습니다
issue-not-together-with = { $other } 값과 함께 쓸 수 없습니다
issue-needs-active = active: true일 때만 쓸 수 있습니다
issue-not-among-wallets = 세션의 지갑 중 하나여야 합니다
issue-of-another-agent = 다른 에이전트의 세션입니다
issue-session-expired = 만료된 세션입니다. 새로 만드세요
issue-several-sessions = 이렇게 시작하는 세션이 여러 개입니다. 더 길게 쓰세요

# 토큰 파일이나 그 디렉터리를 거부하는 이유와 해결 방법.

token-file-link = 심볼릭 링크는 따라가지 않습니다: { $path }. 링크를 지우고(`rm { $path }`) 세션을 다시 만드세요.
token-file-irregular = 일반 파일이 아닙니다: { $path }. 다른 곳으로 옮기고 세션을 다시 만드세요.
token-file-foreign = 다른 사용자의 파일입니다: { $path } (소유자 { $owner }, 이 프로그램의 사용자 { $uid }). 소유자로 실행하거나 사용자마다 데이터 디렉터리를 따로 쓰세요.
token-file-open = 다른 사용자가 접근할 수 있습니다: { $path } (권한 { $mode }). `chmod 600 { $path }` 명령을 실행하고, 누군가 읽었을 수 있다면 세션을 종료하세요.
token-file-large = 파일이 { $max }바이트보다 큽니다: { $path }. 지우고 세션을 다시 만드세요.
token-file-no-text = UTF-8 텍스트가 아닙니다: { $path }. 지우고 세션을 다시 만드세요.
token-file-no-token = 세션 토큰이 들어 있지 않습니다: { $path } ({ $reason }). 지우고 세션을 다시 만드세요.
token-file-no-entry = 진행 중인 갱신의 기록이 아닙니다: { $path }. 지우세요. 그 뒤에 토큰이 거부되면 세션을 다시 만드세요.
token-file-no-name = 파일 이름으로 끝나지 않는 경로입니다: { $path }. 토큰 파일의 경로를 지정하세요.
token-file-locked = 다른 프로그램이 { $seconds }초 넘게 이 파일을 쓰고 있습니다: { $path }. 끝난 뒤에 다시 시도하세요.
token-file-full = 디스크가 가득 차서 쓸 수 없습니다: { $path }. 공간을 확보한 뒤 다시 시도하세요.
token-file-read-only = 읽기 전용 파일 시스템이라 쓸 수 없습니다: { $path }. 쓸 수 있게 바꾸거나 다른 데이터 디렉터리를 고르세요.
token-file-denied = 이 프로그램을 실행하는 사용자에게 접근 권한이 없습니다: { $path }. 권한을 주거나 다른 데이터 디렉터리를 고르세요.
token-file-system = 쓸 수 없는 파일입니다: { $path } (“{ $said }”). 디스크를 확인하거나 다른 데이터 디렉터리를 고르세요.
token-form-prefix = 맨 앞에 { $prefix } 글자가 없음
token-form-long = { $max }바이트보다 김
token-form-parts = 점으로 나뉜 base64url 세 부분이 아님
token-form-payload = 내용을 해독할 수 없음. 잘렸을 수 있음
data-dir-undetermined = 데이터 디렉터리를 알 수 없습니다. --data-dir도 WAIAAS_DATA_DIR도 없고 홈 디렉터리도 없습니다. --data-dir DIR로 지정하세요.
data-dir-empty-flag = --data-dir 값이 비어 있습니다. 디렉터리를 지정하거나 이 인자를 빼세요.
data-dir-link = 심볼릭 링크입니다: { $path }. 다른 곳을 가리키게 바꿀 수 있으니, 링크가 가리키는 디렉터리를 쓰세요.
data-dir-no-directory = 디렉터리가 아닙니다: { $path }. 다른 곳으로 옮기거나 다른 데이터 디렉터리를 고르세요.
data-dir-foreign = 다른 사용자의 디렉터리입니다: { $path } (소유자 { $owner }, 이 프로그램의 사용자 { $uid }). 소유자로 실행하거나 다른 데이터 디렉터리를 고르세요.
data-dir-readable = 다른 사용자가 안을 볼 수 있습니다: { $path } (권한 { $mode }). `chmod 700 { $path }` 명령을 실행하세요.
data-dir-writable = 다른 사용자가 안의 파일을 바꿔치기할 수 있습니다: { $path } (권한 { $mode }). `chmod 700 { $path }` 명령을 실행하세요.

# 채널이 동작하지 않거나 메시지를 받지 않은 이유. 상대방이 한 말은 따옴표로 옮깁니다.

trouble-conflict = 다른 프로그램이 같은 봇 토큰을 쓰고 있거나 웹훅이 설정되어 있습니다. 그 프로그램을 멈추거나 waiaas 전용 봇을 쓰세요
trouble-bot-token-refused = 텔레그램이 봇 토큰을 거부합니다. telegram.bot_token 또는 telegram.bot_token_file 설정을 확인하세요
trouble-webhook-taken = 다른 프로그램이 이 봇의 웹훅을 바꾸거나 지웠습니다. waiaas가 웹훅을 다시 설정합니다. 그 프로그램을 멈추거나 waiaas 전용 봇을 쓰세요
trouble-webhook-refused = 텔레그램이 telegram.webhook_url 주소를 거부합니다: “{ $said }”
trouble-undelivered = 텔레그램이 telegram.webhook_url 주소로 전달하지 못합니다: “{ $said }”
trouble-internal = 데몬에서 오류가 났습니다. 원인은 로그에 있습니다
trouble-bad-address = 설정된 주소를 읽을 수 없습니다
trouble-address-refused = 서버 응답: { $said }. 주소나 토큰이 올바르지 않습니다
trouble-server-answered = 서버 응답: { $said }
trouble-asked-to-wait = 서버가 기다려 달라고 합니다
trouble-no-answer = 제시간에 응답이 없습니다
trouble-connection-refused = 연결이 거부되었습니다
trouble-no-connection = 연결할 수 없습니다
trouble-no-connection-said = 연결할 수 없습니다: “{ $said }”
trouble-unreadable-answer = 응답을 읽을 수 없습니다
trouble-unparsable = 텔레그램이 메시지를 해석하지 못합니다
trouble-blocked = 받는 사람이 봇을 차단했습니다
trouble-no-chat = 받는 사람과의 채팅이 없습니다. 먼저 봇에게 메시지를 보내야 합니다
trouble-storage = 데이터베이스가 응답하지 않았습니다
trouble-unknown-event = 이 버전에서 읽을 수 없는 알림입니다
trouble-said = “{ $said }”
